import type { ModelPhase, SpecId } from "@aomori/contract";
import { listArtifacts, listAttempts, localOrgId } from "@aomori/store";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  advanceSpec,
  approveSpec,
  editArtifact,
  judgeEdit,
  injectTask,
  rejectSpec,
  retryPhase,
  retryTask,
} from "../src/index.ts";
import { Bench } from "./bench/open-bench.ts";
import { runPlanned, at } from "./bench/planned-spec.ts";
import {
  answered,
  goodArtefacts,
  phasesOf,
  planning,
  poorArtefact,
} from "./bench/scripted-planner.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench[Symbol.asyncDispose]());
afterEach(() => expect(bench.problems).toEqual([]));

const good = goodArtefacts();
const scope = () => bench.store.scope(localOrgId);
const by = (specId: SpecId) => ({ orgId: localOrgId, specId, by: "ada" });
const statuses = async (id: SpecId, phase: ModelPhase) =>
  (await listArtifacts(scope(), id, { phase })).map(({ status }) => status);
const poorPrd = planning({ PRD: () => answered(poorArtefact("PRD")) });

/** Runs `act` and waits until what it set going has come to rest. */
async function then(id: SpecId, act: Promise<unknown>): Promise<string> {
  const after = bench.events.length;
  await act;
  return bench.ended(id, after);
}

describe("a gate", () => {
  test("waits, and approval passes it with the comment recorded", async () => {
    const { id, script } = await bench.createSpec({ gates: ["EXPLORE", "PRD"] });
    expect(await bench.ended(id)).toBe("awaiting_approval");
    expect(phasesOf(bench.planner.asked(script))).toEqual(["EXPLORE"]);
    const approval = approveSpec(bench.engine, { ...by(id), comment: "fine" });
    expect(await then(id, approval)).toBe("awaiting_approval");
    expect((await bench.seen(id, "phase.approved")).data).toEqual({
      phase: "EXPLORE",
      by: "ada",
      comment: "fine",
    });
    expect(await bench.spec(id)).toMatchObject({ phase: "PRD" });
  });

  test("sends an artefact back with a comment that the next prompt holds", async () => {
    const { id, script } = await bench.createSpec({ gates: ["EXPLORE"] });
    await bench.ended(id);
    const rejection = rejectSpec(bench.engine, { ...by(id), comment: "Name the price service." });
    expect(await then(id, rejection)).toBe("awaiting_approval");
    expect(bench.planner.asked(script)[1]?.prompt).toContain("Name the price service.");
    expect(await statuses(id, "EXPLORE")).toEqual(["rejected", "candidate"]);
    await then(id, rejectSpec(bench.engine, { ...by(id), comment: "And the tax." }));
    const third = bench.planner.asked(script)[2]?.prompt;
    expect(third).toContain("Name the price service.");
    expect(third).toContain("And the tax.");
  });

  test("is nowhere to be approved or rejected while the spec is not waiting", async () => {
    const { id } = await bench.createSpec({ plan: poorPrd, settings: { maxAttempts: 1 } });
    await bench.ended(id);
    await expect(approveSpec(bench.engine, by(id))).rejects.toMatchObject({
      code: "NOTHING_TO_APPROVE",
    });
    await expect(rejectSpec(bench.engine, { ...by(id), comment: "no" })).rejects.toMatchObject({
      code: "NOTHING_TO_APPROVE",
    });
  });
});

describe("advance", () => {
  test("accepts an artefact below the threshold and records who did it", async () => {
    const { id } = await bench.createSpec({
      plan: poorPrd,
      settings: { maxAttempts: 1 },
      gates: ["REQUIREMENTS"],
    });
    await bench.ended(id);
    expect(await then(id, advanceSpec(bench.engine, by(id)))).toBe("awaiting_approval");
    const advanced = await bench.seen(id, "phase.advanced", ({ data }) => data["from"] === "PRD");
    expect(advanced.data).toMatchObject({ to: "REQUIREMENTS", by: "ada" });
    expect(await statuses(id, "PRD")).toEqual(["accepted"]);
    expect((await bench.spec(id)).failure).toBeNull();
  });

  test("is refused while a veto stands, and where there is nothing to accept", async () => {
    const { id } = await bench.createSpec({
      plan: planning({ TASKS: () => answered(poorArtefact("TASKS")) }),
      settings: { maxAttempts: 1 },
    });
    await bench.ended(id);
    await expect(advanceSpec(bench.engine, by(id))).rejects.toMatchObject({
      code: "ARTIFACT_VETOED",
      details: { vetoes: [{ code: "DEPENDENCY_CYCLE" }] },
    });
    expect(await bench.spec(id)).toMatchObject({ status: "failed", phase: "TASKS" });
    const empty = await bench.createSpec({
      plan: planning({
        EXPLORE: () => ({
          kind: "malformed",
          text: "",
          parseError: "empty",
          usage: { inputTokens: 0, outputTokens: 0, costMicrousd: null },
        }),
      }),
      settings: { maxAttempts: 1 },
    });
    await bench.ended(empty.id);
    await expect(advanceSpec(bench.engine, by(empty.id))).rejects.toMatchObject({
      code: "NOTHING_TO_ADVANCE",
    });
  });

  test("judges the artefact beside what is accepted now, not when it was made", async () => {
    const { id } = await bench.createSpec({
      // Below the threshold for what it leaves empty, and without a veto.
      plan: planning({ TASKS: () => answered(good.TASKS) }),
      settings: { maxAttempts: 1, threshold: 0.99 },
    });
    // Every phase that does not reach 0.99 is accepted by hand until TASKS has failed.
    for (let status = await bench.ended(id); (await bench.spec(id)).phase !== "TASKS";) {
      expect(status).toBe("failed");
      status = await then(id, advanceSpec(bench.engine, by(id)));
    }
    const requirements = goodArtefacts().REQUIREMENTS as { requirements: { id: string }[] };
    const [first] = requirements.requirements;
    const more = { ...first, id: "REQ-CART-FUNC-099", priority: "MUST" };
    const content = { ...requirements, requirements: [...requirements.requirements, more] };
    await editArtifact(bench.engine, { ...by(id), phase: "REQUIREMENTS", content });
    for (let status = ""; (await bench.spec(id)).phase !== "TASKS";) {
      status = await then(id, advanceSpec(bench.engine, by(id)));
      expect(status).toBe("failed");
    }
    await expect(advanceSpec(bench.engine, by(id))).rejects.toMatchObject({
      code: "ARTIFACT_VETOED",
    });
  });
});

describe("an edited artefact", () => {
  test("is evaluated again by a retry and accepted without asking the model", async () => {
    const { id, script } = await bench.createSpec({
      plan: poorPrd,
      settings: { maxAttempts: 1 },
      gates: ["REQUIREMENTS"],
    });
    await bench.ended(id);
    const version = await editArtifact(bench.engine, {
      ...by(id),
      phase: "PRD",
      content: good.PRD,
    });
    expect(version).toBe(2);
    expect(await bench.spec(id)).toMatchObject({
      status: "awaiting_approval",
      phase: "PRD",
      evaluatorScore: 1,
    });
    expect(await then(id, retryPhase(bench.engine, by(id)))).toBe("awaiting_approval");
    expect(phasesOf(bench.planner.asked(script))).toEqual(["EXPLORE", "PRD", "REQUIREMENTS"]);
    expect(await statuses(id, "PRD")).toEqual(["rejected", "accepted"]);
  });

  test("that is not good enough is what the next attempt starts from", async () => {
    const { id, script } = await bench.createSpec({ plan: poorPrd, settings: { maxAttempts: 1 } });
    await bench.ended(id);
    const content = { ...Object(poorArtefact("PRD")), overview: { feature_name: "My own words" } };
    await editArtifact(bench.engine, { ...by(id), phase: "PRD", content });
    expect(await then(id, retryPhase(bench.engine, by(id)))).toBe("failed");
    expect(bench.planner.asked(script, "PRD")[1]?.prompt).toContain("My own words");
  });

  test("is not approved while a veto stands", async () => {
    const { id } = await bench.createSpec({ gates: ["TASKS"] });
    await bench.ended(id);
    await editArtifact(bench.engine, { ...by(id), phase: "TASKS", content: poorArtefact("TASKS") });
    const { evaluatedPhase, evaluatorVetoes } = await bench.spec(id);
    expect([evaluatedPhase, evaluatorVetoes.includes("DEPENDENCY_CYCLE")]).toEqual(["TASKS", true]);
    await expect(approveSpec(bench.engine, by(id))).rejects.toMatchObject({
      code: "ARTIFACT_VETOED",
    });
    await expect(advanceSpec(bench.engine, by(id))).rejects.toMatchObject({
      code: "ARTIFACT_VETOED",
    });
    expect(await bench.tasks(id)).toEqual([]);
  });

  test("is judged before it is stored, and its event tells what vetoes it", async () => {
    const { id } = await bench.createSpec({ gates: ["TASKS"] });
    await bench.ended(id);
    const before = await statuses(id, "TASKS");
    const edit = { ...by(id), phase: "TASKS", content: poorArtefact("TASKS") } as const;
    const verdict = await judgeEdit(bench.engine, edit);
    expect(verdict).toMatch(/^scored 0\.\d\d, vetoed: .*TSK-002 → TSK-001/);
    expect(await statuses(id, "TASKS")).toEqual(before);
    await editArtifact(bench.engine, edit);
    expect((await bench.seen(id, "phase.edited")).summary).toBe(
      `TASKS edited by ${edit.by}, ${verdict}`,
    );
  });

  test("upstream makes the later ones stale, and they are made anew", async () => {
    const { id, script } = await bench.createSpec({ gates: ["REQUIREMENTS"] });
    await bench.ended(id);
    await approveSpec(bench.engine, by(id));
    await editArtifact(bench.engine, { ...by(id), phase: "PRD", content: good.PRD });
    expect(await statuses(id, "PRD")).toEqual(["stale", "candidate"]);
    expect((await statuses(id, "REQUIREMENTS"))[0]).toBe("stale");
    expect((await bench.seen(id, "phase.stale")).data).toEqual({
      phase: "REQUIREMENTS",
      because: "PRD",
    });
    expect(await then(id, approveSpec(bench.engine, by(id)))).toBe("awaiting_approval");
    expect(await statuses(id, "REQUIREMENTS")).toEqual(["stale", "candidate"]);
    expect(bench.planner.asked(script, "EXPLORE")).toHaveLength(1);
    expect(bench.planner.asked(script, "PRD")).toHaveLength(1);
    expect(bench.planner.asked(script, "REQUIREMENTS")).toHaveLength(2);
  });

  test("that cannot be read, or of a phase not reached, or of SYNC, is refused and changes nothing", async () => {
    const { id } = await bench.createSpec({ gates: ["EXPLORE"] });
    await bench.ended(id);
    const edit = (phase: "EXPLORE" | "DESIGN" | "SYNC", content: unknown) =>
      editArtifact(bench.engine, { ...by(id), phase, content });
    await expect(edit("EXPLORE", { tech_stack: 7 })).rejects.toMatchObject({
      code: "ARTIFACT_INVALID",
      message: expect.stringContaining("tech_stack"),
    });
    await expect(edit("DESIGN", good.DESIGN)).rejects.toMatchObject({ code: "PHASE_NOT_REACHED" });
    await expect((async () => edit("SYNC", {}))()).rejects.toMatchObject({
      code: "ARTIFACT_INVALID",
    });
    await expect(retryPhase(bench.engine, { ...by(id), phase: "TASKS" })).rejects.toMatchObject({
      code: "PHASE_NOT_REACHED",
    });
    expect(await statuses(id, "EXPLORE")).toEqual(["candidate"]);
    expect(await bench.spec(id)).toMatchObject({ status: "awaiting_approval", phase: "EXPLORE" });
  });
});

describe("retry", () => {
  test("of an earlier phase makes that one and all behind it anew", async () => {
    const { id, script } = await bench.createSpec({ gates: ["REQUIREMENTS"] });
    await bench.ended(id);
    expect(await then(id, retryPhase(bench.engine, { ...by(id), phase: "PRD" }))).toBe(
      "awaiting_approval",
    );
    expect(phasesOf(bench.planner.asked(script))).toEqual([
      "EXPLORE",
      "PRD",
      "REQUIREMENTS",
      "PRD",
      "REQUIREMENTS",
    ]);
  });

  test("overtakes an answer that is still awaited, whose result counts for nothing", async () => {
    const asked = Promise.withResolvers<void>();
    const late = Promise.withResolvers<void>();
    const { id } = await bench.createSpec({
      plan: planning({
        EXPLORE: async (_, nth) => {
          asked.resolve();
          if (nth === 1) await late.promise;
          return answered(good.EXPLORE);
        },
      }),
      gates: ["EXPLORE"],
    });
    await asked.promise;
    await retryPhase(bench.engine, by(id));
    expect(await bench.ended(id)).toBe("awaiting_approval");
    late.resolve();
    await expect
      .poll(async () => (await listAttempts(scope(), id)).map(({ status }) => status))
      .toEqual(["failed", "accepted"]);
    expect(await statuses(id, "EXPLORE")).toEqual(["candidate"]);
  });
});

test("two decisions at once leave one plan going: one wins, the other finds nothing to decide", async () => {
  const { id, script } = await bench.createSpec({ gates: ["EXPLORE", "PRD"] });
  await bench.ended(id);
  const after = bench.events.length;
  const both = await Promise.allSettled([
    approveSpec(bench.engine, by(id)),
    approveSpec(bench.engine, by(id)),
  ]);
  expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  expect(await bench.ended(id, after)).toBe("awaiting_approval");
  const retries = [retryPhase(bench.engine, by(id)), retryPhase(bench.engine, by(id))];
  expect(await then(id, Promise.all(retries))).toBe("awaiting_approval");
  // Whichever of the two was overtaken, one candidate is left and nothing else is asked.
  const asked = bench.planner.asked(script).length;
  expect((await statuses(id, "PRD")).filter((status) => status === "candidate")).toHaveLength(1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(bench.planner.asked(script)).toHaveLength(asked);
});

test("once the plan has become tasks it is changed through them only", async () => {
  const { id, tasks } = await runPlanned(bench, {
    waits: [[]],
    agent: async ({ fail }) => fail({ class: "auth", code: "NO_KEY", message: "no key" }),
  });
  expect(await bench.ended(id)).toBe("failed");
  for (const decision of [advanceSpec, approveSpec, retryPhase]) {
    await expect(decision(bench.engine, by(id))).rejects.toMatchObject({ code: "PLAN_IN_USE" });
  }
  const edit = editArtifact(bench.engine, { ...by(id), phase: "TASKS", content: good.TASKS });
  await expect(edit).rejects.toMatchObject({ code: "PLAN_IN_USE" });
  expect(await bench.task(at(tasks, 0))).toMatchObject({ status: "failed" });
});

test("a spec that failed while it was planned takes no tasks", async () => {
  const { id } = await bench.createSpec({ plan: poorPrd, settings: { maxAttempts: 1 } });
  await bench.ended(id);
  const task = {
    orgId: localOrgId,
    specId: id,
    ticketId: undefined,
    title: "One more",
    description: "",
    dependsOn: [],
    blocks: [],
    ownedFiles: [],
    acceptanceCriteria: [],
    executionMode: "implementation",
    priority: "medium",
    estimatedHours: 1,
  } as const;
  await expect(injectTask(bench.engine, task)).rejects.toMatchObject({ code: "SPEC_OVER" });
  expect(await bench.spec(id)).toMatchObject({ status: "failed", phase: "PRD" });
  const unknown = retryTask(bench.engine, { orgId: localOrgId, taskId: "TSK-9999", by: "ada" });
  await expect(unknown).rejects.toMatchObject({ code: "TASK_NOT_FOUND" });
  const nobody = advanceSpec(bench.engine, by("spec_0000000000"));
  await expect(nobody).rejects.toMatchObject({ code: "SPEC_NOT_FOUND" });
});
