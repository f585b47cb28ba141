import { SpecSettings, fromWire, newId } from "@aomori/contract";
import type { SpecId } from "@aomori/contract";
import {
  insertProject,
  insertSpec,
  insertTasks,
  localOrgId,
  reserveNumbers,
  updateSpec,
} from "@aomori/store";
import type { Store } from "@aomori/store";
import { randomBytes } from "@aomori/system";
import type { PlannedTask } from "./layered-dag.ts";
import { baseCommit } from "./memory-workspaces.ts";

/** Stores a spec whose plan has just become tasks, as SYNC leaves it. */
export async function storePlannedSpec(
  store: Store,
  plan: readonly PlannedTask[],
  parallel: number,
  status: "running" | "cancelled" = "running",
): Promise<SpecId> {
  const specId = newId("spec", randomBytes);
  const projectId = newId("proj", randomBytes);
  await store.transaction(localOrgId, async (tx) => {
    await insertProject(tx, {
      id: projectId,
      name: "bench",
      repository: `/repositories/${projectId}`,
      defaultBranch: "main",
    });
    await insertSpec(tx, {
      id: specId,
      projectId,
      title: "A thousand small things",
      description: "Every task adds one file.",
      gates: [],
      baseBranch: "main",
      baseCommit,
      integrationBranch: `aomori/${specId}/main`,
      agent: "builtin",
      model: null,
      settings: fromWire(
        SpecSettings,
        SpecSettings.parse({ max_parallel_tasks: parallel, validate: false }),
      ),
      createdBy: "bench",
    });
    updateSpec(tx, specId, { status, phase: "SYNC" });
    const { tasks: ids } = await reserveNumbers(tx, { tasks: plan.length });
    await insertTasks(
      tx,
      plan.map(({ dependsOn }, index) => ({
        id: at(ids, index),
        specId,
        ticketId: null,
        localId: `T${index}`,
        originKey: null,
        title: `Add file ${index}`,
        description: `Add the file that the ${index}th part of the plan asks for, with a test for it.`,
        kind: "planned",
        executionMode: "implementation",
        priority: "medium",
        estimatedHours: 1 + (index % 4),
        ownedFiles: [`src/part-${index}.ts`],
        requirements: [],
        acceptanceCriteria: ["The file is there"],
        notes: [],
        dependsOn: dependsOn.map((dependency) => at(ids, dependency)),
      })),
    );
  });
  return specId;
}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new Error(`there is no item ${index}`);
  return item;
}
