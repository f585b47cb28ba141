import { parseScenario, startModelServer } from "../src/index.ts";
import type { ModelServer, ScenarioInput } from "../src/index.ts";

/** A server for a scenario written in the test. */
export async function serve(scenario: Omit<ScenarioInput, "name">): Promise<ModelServer> {
  return await startModelServer({ scenario: parseScenario({ name: "test", ...scenario }, "test") });
}

/** Two reads at once, a write, then a text. */
export const greeting: Omit<ScenarioInput, "name"> = {
  phases: { PRD: [{ artefact: { overview: { feature_name: "Grüße 👋" } } }] },
  tasks: [
    {
      title: "Write a greeting",
      implementation: [
        {
          calls: [
            [
              { tool: "read_file", input: { path: "a.txt" }, say: "Looking first." },
              { tool: "read_file", input: { path: "b.txt" } },
            ],
            { tool: "write_file", input: { path: "hello.txt", content: "hello 👋\n" } },
          ],
          text: "The greeting is written.",
        },
      ],
    },
  ],
};

export const phasePrompt = "Aomori-Phase: PRD\nAomori-Attempt: 1\nWrite the PRD.";
export const taskPrompt =
  "Aomori-Task: TSK-007\nAomori-Title: Write a greeting\nAomori-Mode: implementation\nPlease do it.";

export const readProperties = { path: { type: "string" } };
export const writeProperties = { path: { type: "string" }, content: { type: "string" } };

/** JSON schemas of the two tools the greeting needs. */
export const toolSchemas = [
  {
    name: "read_file",
    description: "Reads a file",
    schema: {
      type: "object" as const,
      properties: readProperties,
      required: ["path"],
      additionalProperties: false,
    },
  },
  {
    name: "write_file",
    description: "Writes a file",
    schema: {
      type: "object" as const,
      properties: writeProperties,
      required: ["path", "content"],
      additionalProperties: false,
    },
  },
];

/** What an agent did, in order, as the tests compare it. */
export const greetingCalls = [
  ["read_file", { path: "a.txt" }],
  ["read_file", { path: "b.txt" }],
  ["write_file", { path: "hello.txt", content: "hello 👋\n" }],
];
