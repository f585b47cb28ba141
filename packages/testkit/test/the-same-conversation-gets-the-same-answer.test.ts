import { array, assert, asyncProperty, oneof, stringMatching } from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ModelServer, ScenarioInput } from "../src/index.ts";
import { serve } from "./serving.ts";

type Turn = NonNullable<
  NonNullable<NonNullable<ScenarioInput["tasks"]>[number]["implementation"]>[number]["calls"]
>[number];

interface Block {
  readonly type: string;
  readonly id?: string;
  readonly name?: string;
  readonly input?: Record<string, unknown>;
  readonly text?: string;
}

let server: ModelServer | undefined;
afterAll(() => server?.close());

const shell = {
  name: "run_command",
  input_schema: { type: "object", properties: { command: { type: "string" } } },
};

async function ask(url: string, messages: readonly unknown[]): Promise<Block[]> {
  const response = await fetch(`${url}/v1/messages`, {
    method: "POST",
    headers: { "x-api-key": "k", "anthropic-version": "2023-06-01" },
    body: JSON.stringify({ model: "m", max_tokens: 100, messages, tools: [shell] }),
  });
  expect(response.status).toBe(200);
  const body = (await response.json()) as { content: Block[] };
  return body.content;
}

/** Runs a conversation to its end; each turn is asked twice, as a client killed and restarted would. */
async function converse(url: string, opening: readonly unknown[]): Promise<string[]> {
  const messages = [...opening];
  const said: string[] = [];
  for (;;) {
    const [answer, again] = [await ask(url, messages), await ask(url, messages)];
    const meaning = (blocks: Block[]): unknown[] =>
      blocks.map(({ type, name, input, text }) => ({ type, name, input, text }));
    expect(meaning(again)).toEqual(meaning(answer));
    const uses = answer.filter((block) => block.type === "tool_use");
    said.push(...uses.map((use) => String(use.input?.["command"])));
    if (uses.length === 0) return [...said, answer.map((block) => block.text).join("")];
    messages.push({ role: "assistant", content: answer });
    messages.push({
      role: "user",
      content: uses.map(({ id }) => ({ type: "tool_result", tool_use_id: id, content: "ok" })),
    });
  }
}

const command = (text: string): { tool: "run_command"; input: { command: string } } => ({
  tool: "run_command",
  input: { command: text },
});

test("any script is played call by call to its text, whatever is asked again", async () => {
  const word = stringMatching(/^[a-z]{1,8}$/);
  const turn = oneof(word.map(command), array(word.map(command), { minLength: 1, maxLength: 3 }));
  await assert(
    asyncProperty(array(turn, { maxLength: 5 }), word, async (calls, text) => {
      await using own = await serve({ tasks: [{ title: "T", implementation: [{ calls, text }] }] });
      const played = await converse(own.url, [{ role: "user", content: "Aomori-Title: T" }]);
      expect(played).toEqual([...calls.flat().map((call) => call.input.command), text]);
    }),
    { numRuns: 25 },
  );
});

beforeAll(async () => {
  const calls: Turn[] = [command("one"), command("two"), command("three")];
  server = await serve({
    phases: {
      PRD: [{ text: "{broken", repaired: { fixed: true } }, { artefact: { attempt: 2 } }],
    },
    tasks: [
      {
        title: "Steered",
        implementation: [
          {
            calls,
            text: "as planned",
            on_steering: [{ contains: "faster", calls: [command("quick")], text: "as steered" }],
          },
          { calls: [command("again")], text: "second round" },
        ],
        validation: [
          { calls: [command("check")], accept_if_result_matches: "^ok$", reasons: ["it works"] },
        ],
      },
      {
        kind: "resolution",
        mentions: ["src/a.js"],
        implementation: [{ text: "both sides kept" }],
      },
    ],
    default_validation: { verdict: "rejected", reasons: ["nobody looked"] },
  });
});

const title = { role: "user", content: "Aomori-Title: steered\nAomori-Mode: implementation" };
const use = (id: string): unknown => ({
  role: "assistant",
  content: [{ type: "tool_use", id, name: "run_command", input: {} }],
});
const result = (id: string, ...more: string[]): unknown => ({
  role: "user",
  content: [
    { type: "tool_result", tool_use_id: id, content: "ok" },
    ...more.map((text) => ({ type: "text", text })),
  ],
});

test("steering in the middle changes the steps that follow", async () => {
  const steered = result("t1", "Aomori-Steering: please be faster");
  expect(await converse(server!.url, [title, use("t1"), steered])).toEqual(["quick", "as steered"]);
});

test("steering the script does not know changes nothing", async () => {
  const steered = result("t1", "Aomori-Steering: mind the gap");
  expect(await converse(server!.url, [title, use("t1"), steered])).toEqual([
    "two",
    "three",
    "as planned",
  ]);
});

test("a second attempt starts its own script, in a new conversation or in the same one", async () => {
  const next = "Aomori-Title: Steered\nAomori-Attempt: 2";
  expect(await converse(server!.url, [{ role: "user", content: next }])).toEqual([
    "again",
    "second round",
  ]);
  expect(await converse(server!.url, [title, use("t1"), result("t1", next)])).toEqual([
    "again",
    "second round",
  ]);
});

test("markers inside a tool result are the repository's words, not the prompt's", async () => {
  const quoting = {
    role: "user",
    content: [{ type: "tool_result", tool_use_id: "t1", content: "Aomori-Title: Other" }],
  };
  expect(await converse(server!.url, [title, use("t1"), quoting])).toEqual([
    "two",
    "three",
    "as planned",
  ]);
});

test("a phase goes by attempt, and malformed text is repaired when asked for again", async () => {
  const prompt = { role: "user", content: "Aomori-Phase: PRD\nAomori-Attempt: 1" };
  expect(await converse(server!.url, [prompt])).toEqual(["{broken"]);
  const repair = [
    prompt,
    { role: "assistant", content: "{broken" },
    { role: "user", content: "?" },
  ];
  expect(await converse(server!.url, repair)).toEqual(['{"fixed":true}']);
  const second = { role: "user", content: "Aomori-Phase: PRD\nAomori-Attempt: 2" };
  expect(await converse(server!.url, [second])).toEqual(['{"attempt":2}']);
});

test("a verdict follows from the check; without one of its own a task gets the default", async () => {
  const validate = (name: string): unknown[] => [
    { role: "user", content: `Aomori-Title: ${name}\nAomori-Mode: validation` },
  ];
  const [check, ...verdict] = await converse(server!.url, validate("Steered"));
  expect(check).toBe("check");
  expect(JSON.parse(verdict.join(""))).toEqual({ verdict: "accepted", reasons: ["it works"] });
  const failing = [
    ...validate("Steered"),
    use("t1"),
    {
      role: "user",
      content: [{ type: "tool_result", tool_use_id: "t1", content: "1 test failed" }],
    },
  ];
  const rejected = await converse(server!.url, failing);
  expect(JSON.parse(rejected.join(""))).toMatchObject({
    verdict: "rejected",
    reasons: [expect.stringContaining("1 test failed")],
  });
  const other = await converse(server!.url, validate("Another"));
  expect(JSON.parse(other.join(""))).toEqual({ verdict: "rejected", reasons: ["nobody looked"] });
});

test("a resolution is found by the files it mentions", async () => {
  const content = "Aomori-Title: Resolve\nAomori-Kind: resolution\nConflict in src/a.js";
  expect(await converse(server!.url, [{ role: "user", content }])).toEqual(["both sides kept"]);
  const planned = "Aomori-Title: Steered\nAomori-Kind: planned\nIt touches src/a.js";
  expect(await converse(server!.url, [{ role: "user", content: planned }])).toContain("as planned");
});
