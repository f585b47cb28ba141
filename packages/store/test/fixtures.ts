import { randomBytes } from "node:crypto";

import { newId, SpecSettings, fromWire } from "@aomori/contract";
import type { AgentId, ProjectId, SpecId, TaskId } from "@aomori/contract";

import {
  insertAgent,
  insertProject,
  insertSpec,
  insertTasks,
  reserveNumbers,
} from "../src/index.ts";
import type { NewTask, OrgTransaction, TaskRow } from "../src/index.ts";

const id = <Prefix extends string>(prefix: Prefix) =>
  newId(prefix, (length) => randomBytes(length));

export async function addProject(transaction: OrgTransaction): Promise<ProjectId> {
  const project = await insertProject(transaction, {
    id: id("proj"),
    name: "pocketbook",
    repository: `/repositories/${id("path")}`,
    defaultBranch: "main",
  });
  return project.id;
}

export async function addSpec(transaction: OrgTransaction, projectId?: ProjectId): Promise<SpecId> {
  const specId = id("spec");
  await insertSpec(transaction, {
    id: specId,
    projectId: projectId ?? (await addProject(transaction)),
    title: "Add auth",
    description: "Sign in with a password",
    gates: ["PRD"],
    baseBranch: "main",
    baseCommit: "0123456789",
    integrationBranch: `aomori/${specId}/main`,
    agent: "builtin",
    model: { provider: "openai-compatible", model: "m", baseUrl: "http://127.0.0.1:1" },
    settings: fromWire(SpecSettings, SpecSettings.parse({ test_command: ["npm", "test"] })),
    createdBy: "key_0000000000",
  });
  return specId;
}

/** Tasks of which each waits for those named by their place in the list. */
export async function addTasks(
  transaction: OrgTransaction,
  specId: SpecId,
  dependencies: readonly (readonly number[])[],
  overrides: Partial<NewTask> = {},
): Promise<TaskRow[]> {
  const { tasks: ids } = await reserveNumbers(transaction, { tasks: dependencies.length });
  return insertTasks(
    transaction,
    dependencies.map((places, index): NewTask => ({
      id: at(ids, index),
      specId,
      ticketId: null,
      localId: `T-${index}`,
      originKey: null,
      title: `Task ${index}`,
      description: "",
      kind: "planned",
      executionMode: "implementation",
      priority: "medium",
      estimatedHours: 1.5,
      ownedFiles: ["src/a.ts"],
      requirements: ["REQ-1"],
      acceptanceCriteria: ["It works"],
      notes: [],
      dependsOn: places.map((place) => at(ids, place)),
      ...overrides,
    })),
  );
}

export async function addAgent(
  transaction: OrgTransaction,
  specId: SpecId,
  taskId: TaskId,
  runKey: string = id("run"),
): Promise<AgentId> {
  const agentId = id("agent");
  insertAgent(transaction, {
    id: agentId,
    specId,
    taskId,
    driver: "builtin",
    model: null,
    executionMode: "implementation",
    attempt: 1,
    runKey,
    worktree: "/worktrees/x",
  });
  return agentId;
}

export function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new Error(`nothing at ${index} of ${items.length}`);
  return item;
}
