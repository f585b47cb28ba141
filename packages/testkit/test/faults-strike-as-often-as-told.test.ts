import Anthropic, { APIConnectionError, RateLimitError } from "@anthropic-ai/sdk";
import OpenAI, { RateLimitError as OpenAIRateLimitError } from "openai";
import { afterEach, expect, test } from "vitest";
import type { ModelServer, ScenarioInput } from "../src/index.ts";
import { greeting, phasePrompt, serve, taskPrompt } from "./serving.ts";

let server: ModelServer;
afterEach(() => server.close());

type Faults = NonNullable<ScenarioInput["faults"]>;

async function clients(
  faults: Faults,
  maxRetries = 0,
): Promise<{ anthropic: Anthropic; openai: OpenAI }> {
  server = await serve({ ...greeting, faults });
  return {
    anthropic: new Anthropic({ apiKey: "k", baseURL: server.url, maxRetries }),
    openai: new OpenAI({ apiKey: "k", baseURL: `${server.url}/v1`, maxRetries }),
  };
}

const messages = [{ role: "user" as const, content: phasePrompt }];
const request = { model: "m", max_tokens: 100, messages };
const text = JSON.stringify({ overview: { feature_name: "Grüße 👋" } });

test("two rate limits, then an answer: a client that waits gets through", async () => {
  const fault = { kind: "rate_limit" as const, retry_after_s: 0.05 };
  const { anthropic } = await clients([{ match: { phase: "PRD" }, times: 2, fault }], 2);
  const answer = await anthropic.messages.create(request);
  expect(answer.content).toMatchObject([{ type: "text", text }]);
  expect(server.requests.map(({ status }) => status)).toEqual([429, 429, 200]);
});

test("a rate limit tells when to come back", async () => {
  const fault = { kind: "rate_limit" as const, retry_after_s: 7 };
  const { anthropic, openai } = await clients([{ times: "always", fault }]);
  const refused: unknown = await anthropic.messages.create(request).catch((error) => error);
  expect(refused).toBeInstanceOf(RateLimitError);
  expect((refused as { headers: Headers }).headers.get("retry-after")).toBe("7");
  await expect(openai.responses.create({ model: "m", input: phasePrompt })).rejects.toBeInstanceOf(
    OpenAIRateLimitError,
  );
});

test("a refusal on demand has the status it was given", async () => {
  const { anthropic, openai } = await clients([
    { fault: { kind: "status", status: 403, message: "not your model" } },
    { fault: { kind: "overloaded" } },
    { fault: { kind: "overloaded" } },
  ]);
  await expect(openai.chat.completions.create({ model: "m", messages })).rejects.toMatchObject({
    status: 403,
    message: expect.stringContaining("not your model"),
  });
  await expect(anthropic.messages.create(request)).rejects.toMatchObject({ status: 529 });
  await expect(openai.chat.completions.create({ model: "m", messages })).rejects.toMatchObject({
    status: 503,
  });
});

test("a connection dropped in the middle of a stream is an error after some events", async () => {
  const fault = { kind: "drop" as const, after_events: 4 };
  const { anthropic, openai } = await clients([{ times: 3, fault }]);
  const seen: string[] = [];
  const broken = async (): Promise<void> => {
    for await (const event of await anthropic.messages.create({ ...request, stream: true })) {
      seen.push(event.type);
    }
  };
  await expect(broken()).rejects.toThrow();
  expect(seen).toContain("content_block_delta");
  expect(seen).not.toContain("message_stop");
  await expect(
    openai.chat.completions.stream({ model: "m", messages }).finalChatCompletion(),
  ).rejects.toThrow();
  await expect(
    openai.responses.stream({ model: "m", input: phasePrompt }).finalResponse(),
  ).rejects.toThrow();
  expect((await anthropic.messages.create(request)).stop_reason).toBe("end_turn");
});

test("a connection dropped before or inside a body is a connection error", async () => {
  const { anthropic } = await clients([
    { fault: { kind: "drop", after_events: 0 } },
    { fault: { kind: "drop", after_events: 1 } },
  ]);
  await expect(anthropic.messages.create(request)).rejects.toBeInstanceOf(APIConnectionError);
  await expect(anthropic.messages.create(request)).rejects.toThrow();
});

test("a malformed answer cannot be read, the next one can", async () => {
  const { anthropic, openai } = await clients([{ times: 2, fault: { kind: "malformed" } }]);
  await expect(anthropic.messages.create(request)).rejects.toThrow();
  await expect(
    openai.chat.completions.stream({ model: "m", messages }).finalChatCompletion(),
  ).rejects.toThrow();
  expect((await anthropic.messages.create(request)).stop_reason).toBe("end_turn");
});

test("a server that hangs closes at once and lets go of its clients", async () => {
  const { anthropic } = await clients([{ fault: { kind: "hang" } }]);
  const waiting = anthropic.messages.create(request).catch((error: unknown) => error);
  await expect.poll(() => server.requests.at(-1)?.fault).toBe("hang");
  await server.close();
  expect(await waiting).toBeInstanceOf(APIConnectionError);
});

test("a fault for one turn of one task leaves the other turns alone", async () => {
  const { anthropic } = await clients([
    { match: { title: "Write a greeting", results: 1 }, fault: { kind: "status", status: 500 } },
  ]);
  const first = { role: "user" as const, content: taskPrompt };
  const ask = (more: Anthropic.MessageParam[]): Promise<Anthropic.Message> =>
    anthropic.messages.create({ ...request, messages: [first, ...more] });
  const use = { type: "tool_use" as const, id: "t1", name: "read_file", input: {} };
  const result = { type: "tool_result" as const, tool_use_id: "t1", content: "x" };
  expect((await anthropic.messages.create(request)).stop_reason).toBe("end_turn");
  expect((await ask([])).content).not.toEqual([]);
  await expect(
    ask([
      { role: "assistant", content: [use] },
      { role: "user", content: [result] },
    ]),
  ).rejects.toMatchObject({ status: 500 });
});
