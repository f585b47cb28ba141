import type { CommandOverrides, CommandSpec, FlagSpec } from "@aomori/command";
import { commandFromOperation } from "@aomori/command";
import { eventTypes, operations } from "@aomori/contract";
import type { OperationId } from "@aomori/contract";

/** Filled from the environment of whoever asks. */
const filled = ["provider_keys"];

const follow: FlagSpec = {
  name: "follow",
  short: "f",
  field: "follow",
  type: "boolean",
  description: "go on until the work is over",
};

const overrides: Partial<Record<OperationId, CommandOverrides>> = {
  "specs.create": {
    omit: filled,
    flags: [
      {
        name: "repo",
        field: "repo",
        type: "string",
        valueName: "path|url",
        description: "the git repository",
        default: "that of the current directory",
      },
    ],
    examples: ["aomori spec create --title … --description … --gate PRD --gate DESIGN"],
  },
  "specs.advance": { omit: filled },
  "specs.retry_phase": { omit: filled },
  "specs.approve": { omit: filled },
  "specs.reject": { omit: filled },
  "specs.cancel": { omit: filled },
  "specs.get": { examples: ["aomori spec status spec_0a1b2c3d4e"] },
  "specs.edit_artifact": {
    omit: ["content"],
    flags: [
      {
        name: "file",
        field: "file",
        type: "string",
        valueName: "path",
        description: "JSON file with the whole artefact, - for standard input; $EDITOR when absent",
      },
    ],
    examples: ["aomori spec edit spec_0a1b2c3d4e PRD --file prd.json"],
  },
  "tasks.retry": { omit: filled },
  "tasks.cancel": { omit: filled },
  "tasks.logs": {
    flags: [follow],
    emits: eventTypes,
    examples: ["aomori task logs TSK-042 --follow"],
  },
  "events.stream": { emits: eventTypes },
  "agents.spawn": { omit: filled },
  "agents.list": { aliases: { status: { done: "completed" } } },
  "specs.list": { aliases: { status: { done: "completed" } } },
  "keys.create": { reveals: ["secret"] },
  "dag.get": {
    flags: [
      {
        name: "watch",
        short: "w",
        field: "watch",
        type: "boolean",
        description: "draw it again whenever a task changes, until the spec is over",
      },
    ],
    examples: ["aomori dag show spec_0a1b2c3d4e --watch"],
  },
  "dag.merge": {
    flags: [
      {
        name: "into",
        field: "into",
        type: "string",
        valueName: "branch",
        description:
          "move this branch of your repository to the merged result; asks, or needs --yes",
      },
    ],
    examples: ["aomori dag merge spec_0a1b2c3d4e --into main --yes"],
  },
};

/** Commands whose answer is a list although the operation has no pages. */
const lists: readonly OperationId[] = ["specs.artifacts", "specs.attempts"];

/** The commands that are an operation, with what the program adds to each. */
export function operationCommands(): CommandSpec[] {
  return Object.values(operations)
    .filter((operation) => operation.cli !== undefined)
    .map((operation) => {
      const spec = commandFromOperation(operation, overrides[operation.id]);
      return lists.includes(operation.id) ? { ...spec, result: "list" } : spec;
    });
}
