import { SpecSettings, fromWire, newId } from "@aomori/contract";
import type { SpecId, TaskId } from "@aomori/contract";
import {
  findProjectByRepository,
  insertProject,
  insertSpec,
  insertTasks,
  insertTickets,
  localOrgId,
  reserveNumbers,
  updateSpec,
} from "@aomori/store";
import type { NewTask } from "@aomori/store";
import { randomBytes } from "node:crypto";
import type { AgentScript } from "./scripted-agents.ts";
import type { Bench } from "./open-bench.ts";

export interface PlannedSpec {
  /** Of each task, the places of those it waits for. */
  readonly waits: readonly (readonly number[])[];
  readonly agent?: AgentScript;
  /** In wire names. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly repository?: string;
  readonly task?: Partial<NewTask>;
}

export interface Planned {
  readonly id: SpecId;
  readonly tasks: readonly TaskId[];
}

/** A spec whose plan has just become tasks, as SYNC leaves it, and set going; titles are "Task 0", "Task 1" and so on. */
export async function runPlanned(bench: Bench, planned: PlannedSpec): Promise<Planned> {
  const id = newId("spec", randomBytes);
  const repository = planned.repository ?? `/repositories/${id}`;
  const facts = await bench.workspaces.inspect(repository, undefined);
  const script = bench.script(undefined, planned.agent);
  const tasks = await bench.store.transaction(localOrgId, async (tx) => {
    const known = await findProjectByRepository(tx, facts.repository);
    const project =
      known ??
      (await insertProject(tx, {
        id: newId("proj", randomBytes),
        name: facts.name,
        repository: facts.repository,
        defaultBranch: facts.defaultBranch,
      }));
    await insertSpec(tx, {
      id,
      projectId: project.id,
      title: "A cart",
      description: "Buyers want a cart.",
      gates: [],
      baseBranch: facts.baseBranch,
      baseCommit: facts.baseCommit,
      integrationBranch: `aomori/${id}/main`,
      agent: "builtin",
      model: { provider: "openai-compatible", model: script },
      settings: fromWire(
        SpecSettings,
        SpecSettings.parse({ validate: false, ...planned.settings }),
      ),
      createdBy: "ada",
    });
    updateSpec(tx, id, { status: "running", phase: "SYNC" });
    const numbers = await reserveNumbers(tx, { tasks: planned.waits.length, tickets: 1 });
    const [ticketId] = numbers.tickets;
    if (ticketId === undefined) throw new Error("no ticket number");
    await insertTickets(tx, [
      {
        id: ticketId,
        specId: id,
        localId: "TKT-001",
        title: "All",
        description: "",
        priority: "medium",
        requirements: [],
        acceptanceCriteria: [],
      },
    ]);
    const rows = planned.waits.map((places, index): NewTask => ({
      id: at(numbers.tasks, index),
      specId: id,
      ticketId,
      localId: `T-${index}`,
      originKey: null,
      title: `Task ${index}`,
      description: "",
      kind: "planned",
      executionMode: "implementation",
      priority: "medium",
      estimatedHours: 1,
      ownedFiles: [`file-${index}.txt`],
      requirements: [],
      acceptanceCriteria: ["It works"],
      notes: [],
      dependsOn: places.map((place) => at(numbers.tasks, place)),
      ...planned.task,
    }));
    await insertTasks(tx, rows);
    tx.emit({
      type: "spec.created",
      specId: id,
      summary: "",
      data: { title: "A cart", by: "ada" },
    });
    tx.emit({ type: "ticket.created", specId: id, ticketId, summary: "", data: { title: "All" } });
    for (const row of rows) {
      const about = { specId: id, taskId: row.id, ticketId };
      const { title, kind, dependsOn } = row;
      tx.emit({
        ...about,
        type: "task.created",
        summary: title,
        data: { title, kind, dependsOn: [...dependsOn] },
      });
      if (dependsOn.length === 0) tx.emit({ ...about, type: "task.ready", summary: "", data: {} });
    }
    tx.emit({ type: "spec.running", specId: id, summary: "", data: { tasks: rows.length } });
    return numbers.tasks;
  });
  bench.engine.boards.watch(localOrgId, id);
  bench.engine.wake();
  return { id, tasks };
}

export function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new Error(`nothing at ${index} of ${items.length}`);
  return item;
}
