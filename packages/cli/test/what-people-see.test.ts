import type { ViewTerminal } from "@aomori/command";
import { createPaint } from "@aomori/command";
import { describe, expect, test } from "vitest";
import { graphText } from "../src/dag/graph-view.ts";
import { readGraph } from "../src/dag/read-graph.ts";
import { agentTable } from "../src/views/agent-table.ts";
import { conflictsText } from "../src/views/conflicts.ts";
import { diffText } from "../src/views/diff.ts";
import { durationText } from "../src/views/durations.ts";
import { eventLine } from "../src/views/event-line.ts";
import { editedText } from "../src/views/edited-artifact.ts";
import { specStatusText } from "../src/views/spec-status.ts";
import { taskText } from "../src/views/task-detail.ts";

const plain: ViewTerminal = { paint: createPaint(false), columns: undefined };
const colored: ViewTerminal = { paint: createPaint(true), columns: undefined };
const nowMs = Date.parse("2026-03-01T14:10:00Z");

describe("spec status", () => {
  test("shows phase, evaluator, counts and agents", () => {
    const spec = {
      id: "spec_0a1b2c3d4e",
      title: "Add auth",
      status: "planning",
      phase: "REQUIREMENTS",
      evaluator_score: 0.87,
      settings: { threshold: 0.7 },
      gates: [],
      counts: {
        tickets: 4,
        tasks: 12,
        tasks_by_status: { pending: 1, completed: 8, running: 3 },
        agents_active: 3,
      },
      integration_branch: "aomori/spec_0a1b2c3d4e/main",
      base_branch: "main",
      repository: "/home/ada/shop",
      failure: null,
    };
    expect(specStatusText(spec, plain)).toBe(`spec_0a1b2c3d4e: Add auth
Status: planning
Phase: REQUIREMENTS (3/7)
Evaluator: 0.87 (passed)
Tickets: 4  Tasks: 12 (8 done, 3 running, 1 pending)
Agents: 3 active
Branch: aomori/spec_0a1b2c3d4e/main (from main)
Repository: /home/ada/shop
`);
    const clickable = specStatusText(spec, { ...plain, paint: createPaint(false, true) });
    const link = "\u001b]8;;file:///home/ada/shop\u001b\\/home/ada/shop\u001b]8;;\u001b\\";
    expect(clickable).toContain(`Repository: ${link}\n`);
    const vetoed = { ...spec, evaluated_phase: spec.phase, evaluator_vetoes: ["DEPENDENCY_CYCLE"] };
    expect(specStatusText(vetoed, plain)).toContain("0.87 (vetoed: DEPENDENCY_CYCLE)");
    expect(specStatusText({ ...spec, evaluated_phase: "EXPLORE" }, plain)).toContain(
      "0.87 for EXPLORE (passed)",
    );
    expect(specStatusText({ ...spec, evaluator_score: 0.4 }, plain)).toContain("0.40 (below 0.7)");
    expect(specStatusText({ ...spec, evaluator_score: null }, plain)).toContain(
      "Evaluator: not yet",
    );
  });
});

describe("spec edit", () => {
  test("says how the edit was judged and how to go on", () => {
    const artifact = {
      spec_id: "spec_0a1b2c3d4e",
      phase: "TASKS",
      version: 3,
      score: 0.8,
      criteria: [{ name: "coverage", weight: 1, score: 0.8, detail: "4 of 5" }],
      vetoes: [],
      feedback: ["cover REQ-005"],
    };
    expect(editedText(artifact, plain)).toBe(`TASKS version 3 stored, scored 0.80
  cover REQ-005
CRITERION  SCORE  DETAIL
coverage   0.80   4 of 5
go on with it: aomori spec retry spec_0a1b2c3d4e (judged against the threshold) or aomori spec advance spec_0a1b2c3d4e
`);
    const vetoed = { ...artifact, vetoes: [{ code: "DEPENDENCY_CYCLE", message: "a cycle" }] };
    expect(editedText(vetoed, plain)).toContain("vetoed  a cycle\n");
    expect(editedText(vetoed, plain)).toContain("aomori spec edit spec_0a1b2c3d4e TASKS");
  });
});

describe("task show", () => {
  const task = {
    id: "TSK-042",
    title: "Add rate limiting middleware",
    description: "",
    status: "running",
    agent_id: "agent_7f3a9k2m1p",
    execution_mode: "implementation",
    depends_on: ["TSK-041"],
    blocks: ["TSK-043", "TSK-044"],
    attempt: 1,
    started_at: "2026-03-01T14:05:28Z",
    ended_at: null,
    waiting_for: [],
  };

  test("shows what it depends on, blocks, and how long it has run", () => {
    const view = { task, statusOf: () => "completed", nowMs };
    expect(taskText(view, plain)).toBe(`TSK-042: Add rate limiting middleware
Status: running
Agent: agent_7f3a9k2m1p (implementation mode)
Depends on: TSK-041 (done)
Blocks: TSK-043, TSK-044
Duration: 4m 32s
`);
  });

  test("says why it waits", () => {
    const waiting = {
      ...task,
      status: "pending",
      waiting_for: ["TSK-041 is running"],
      started_at: null,
    };
    const text = taskText({ task: waiting, statusOf: () => undefined, nowMs }, plain);
    expect(text).toContain("Waiting: TSK-041 is running\n");
    expect(text).not.toContain("Duration");
  });

  test("lets no control character through", () => {
    const hostile = { ...task, title: "a\u001b[2Jb\u0007", description: "x\u001b]0;evil\u0007y" };
    const text = taskText({ task: hostile, statusOf: () => undefined, nowMs }, plain);
    // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
});

describe("lists and lines", () => {
  test("agents have an uptime, and a dash for what is not there", () => {
    const agents = [
      {
        id: "agent_7f3a",
        status: "active",
        task_id: "TSK-042",
        execution_mode: "implementation",
        health: "healthy",
        started_at: "2026-03-01T14:05:28Z",
        ended_at: null,
      },
      {
        id: "agent_d4e5",
        status: "idle",
        health: "healthy",
        started_at: "2026-03-01T13:57:55Z",
        ended_at: null,
      },
    ];
    expect(agentTable(agents, plain, nowMs)).toBe(
      [
        "ID          STATUS  TASK     MODE            HEALTH   UPTIME",
        "agent_7f3a  active  TSK-042  implementation  healthy  4m 32s",
        "agent_d4e5  idle    —        —               healthy  12m 05s",
        "",
      ].join("\n"),
    );
  });

  test("an event is a time, a type and what happened", () => {
    const at = new Date(2026, 2, 1, 14, 2, 3).toISOString();
    const advanced = {
      type: "phase.advanced",
      at,
      data: { from: "REQUIREMENTS", to: "DESIGN", score: null },
      summary: "…",
    };
    expect(eventLine(advanced, plain)).toBe("[14:02:03] phase.advanced      REQUIREMENTS → DESIGN");
    const discovery = {
      type: "discovery.created",
      at,
      summary: '"Missing rate limit config" from TSK-041',
    };
    expect(eventLine(discovery, plain)).toBe(
      '[14:02:03] discovery.created   "Missing rate limit config" from TSK-041',
    );
    expect(eventLine(discovery, { ...plain, columns: 60 }).length).toBe(60);
  });

  test("conflicts are scored, worst first", () => {
    const value = {
      pairs: [
        { left: "TSK-041", right: "TSK-042", score: 0.12, level: "low", files: [] },
        { left: "TSK-043", right: "TSK-044", score: 0.67, level: "medium", files: ["src/a.ts"] },
      ],
      against_base: [],
    };
    expect(conflictsText(value, plain)).toBe(
      "TSK-043  ↔  TSK-044   score: 0.67 (medium)  src/a.ts\nTSK-041  ↔  TSK-042   score: 0.12 (low)\n",
    );
  });

  test("a diff has colours where there is colour", () => {
    const diff = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\n same";
    expect(diffText(diff, plain.paint)).toBe(diff);
    expect(diffText(diff, colored.paint).split("\n").slice(4)).toEqual([
      "\u001b[31m-old\u001b[39m",
      "\u001b[32m+new\u001b[39m",
      " same",
    ]);
  });

  test("durations are short", () => {
    const shown = [999, 59_999, 272_000, 7_500_000, 273_600_000].map(durationText);
    expect(shown).toEqual(["999ms", "59s", "4m 32s", "2h 05m", "3d 04h"]);
  });
});

describe("dag show", () => {
  const statuses = ["completed", "running", "failed", "blocked", "pending"];
  const ids = ["TSK-001", "TSK-002", "TSK-003", "TSK-004", "TSK-005"];
  const graph = readGraph({
    nodes: ids.map((id, index) => ({
      id,
      title: `Task ${index}`,
      status: statuses[index],
      on_critical_path: index !== 2,
    })),
    edges: [
      { from: "TSK-001", to: "TSK-002" },
      { from: "TSK-001", to: "TSK-003" },
      { from: "TSK-002", to: "TSK-004" },
      { from: "TSK-004", to: "TSK-005" },
      { from: "TSK-003", to: "TSK-005" },
    ],
    critical_path: ["TSK-001", "TSK-002", "TSK-004", "TSK-005"],
    critical_path_hours: 7.5,
  });

  test("marks states by glyph and names the critical path", () => {
    expect(graphText(graph, plain)).toBe(
      [
        "✓ TSK-001 ─┬─ ● TSK-002 ─── ⊘ TSK-004 ─┬─ ○ TSK-005",
        "           │                           │",
        "           └─ ✗ TSK-003 ───────────────┘",
        "",
        "Critical path: TSK-001 → TSK-002 → TSK-004 → TSK-005  (7.5 h)",
        "Tasks: 5 (1 done, 1 running, 1 pending, 1 blocked, 1 failed)",
        "",
      ].join("\n"),
    );
  });

  test("sets the critical path's lines off by colour, and only those", () => {
    const [first = "", , third = ""] = graphText(graph, colored).split("\n");
    expect(first).toContain("\u001b[36m─┬─\u001b[39m");
    expect(third).not.toContain("\u001b[36m──");
  });

  test("fits the terminal: shorter names, then a list", () => {
    const [short = ""] = graphText(graph, { ...plain, columns: 45 }).split("\n");
    expect(short).toBe("✓001 ─┬─ ●002 ─── ⊘004 ─┬─ ○005");
    const lines = graphText(graph, { ...plain, columns: 25 })
      .split("\n")
      .slice(0, 5);
    expect(lines[1]).toBe("● TSK-002 *  running  af…");
    for (const line of lines) expect(Array.from(line).length).toBeLessThanOrEqual(25);
  });
});
