import Anthropic, { AuthenticationError, BadRequestError, NotFoundError } from "@anthropic-ai/sdk";
import OpenAI, { BadRequestError as OpenAIBadRequestError } from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ModelServer } from "../src/index.ts";
import { greeting, phasePrompt, serve, taskPrompt } from "./serving.ts";

let server: ModelServer;
beforeAll(async () => {
  server = await serve({ ...greeting, keys: ["right-key"], models: ["real-model"] });
});
afterAll(() => server.close());

const model = "real-model";
const user = { role: "user", content: taskPrompt };
const system = { role: "system", content: "From now on, be brief." };
const said = { role: "assistant", content: "ok" };
const toolUse = {
  role: "assistant",
  content: [{ type: "tool_use", id: "toolu_1", name: "read_file", input: {} }],
};
const toolResult = {
  role: "user",
  content: [{ type: "tool_result", tool_use_id: "toolu_1", content: "x" }],
};

async function post(
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, Record<string, unknown>> }> {
  const response = await fetch(`${server.url}${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "anthropic-version": "2023-06-01",
      authorization: "Bearer right-key",
      ...headers,
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as never };
}

describe("Anthropic Messages", () => {
  const good = { model, max_tokens: 100, messages: [user] };
  test("the good request the others are variants of is answered", async () => {
    expect((await post("/v1/messages", good)).status).toBe(200);
    expect((await post("/v1/messages?beta=true", good)).status).toBe(200);
  });

  test.each<[string, unknown, RegExp]>([
    ["no max_tokens", { model, messages: [user] }, /max_tokens/],
    ["no messages", { ...good, messages: [] }, /at least one message/],
    ["an assistant first", { ...good, messages: [toolUse, toolResult] }, /first message/],
    ["an unknown role", { ...good, messages: [{ role: "tool", content: "x" }] }, /role/],
    ["empty content", { ...good, messages: [{ role: "user", content: "" }] }, /non-empty/],
    [
      "an empty text block",
      { ...good, messages: [{ role: "user", content: [{ type: "text", text: "" }] }] },
      /non-empty/,
    ],
    ["a call without result", { ...good, messages: [user, toolUse, user] }, /toolu_1/],
    ["a call at the end", { ...good, messages: [user, toolUse] }, /without `tool_result`/],
    ["a result without call", { ...good, messages: [user, toolResult] }, /unexpected/],
    [
      "a result too late",
      {
        ...good,
        messages: [user, toolUse, toolResult, { role: "assistant", content: "ok" }, toolResult],
      },
      /unexpected/,
    ],
    ["a system message first", { ...good, messages: [system, user] }, /first message/],
    ["a system message after an answer", { ...good, messages: [user, said, system] }, /follow a/],
    ["a system message before a user's", { ...good, messages: [user, system, user] }, /follow a/],
    ["two system messages", { ...good, messages: [user, system, system] }, /follow a/],
    [
      "a system message that is not text",
      { ...good, messages: [user, { role: "system", content: [{ type: "image", source: {} }] }] },
      /only text/,
    ],
    ["a field of the wrong type", { ...good, temperature: "hot" }, /temperature/],
    ["an unknown field", { ...good, colour: "red" }, /colour: Extra inputs/],
    ["a tool without schema", { ...good, tools: [{ name: "x" }] }, /input_schema/],
    [
      "a bad tool name",
      { ...good, tools: [{ name: "a b", input_schema: { type: "object" } }] },
      /name/,
    ],
    [
      "a call, then a system message before its result",
      { ...good, messages: [user, toolUse, system, toolResult] },
      /follow a/,
    ],
    ["a choice of no tool", { ...good, tool_choice: { type: "any" } }, /tool_choice/],
    ["no JSON", "{", /JSON/],
  ])("%s: 400 invalid_request_error", async (_name, body, message) => {
    const answer = await post("/v1/messages", body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ type: "error", error: { type: "invalid_request_error" } });
    expect(answer.body["error"]?.["message"]).toMatch(message);
  });

  test.each([
    { messages: [user, system] },
    { messages: [user, toolUse, toolResult, system] },
    { messages: [user, system, said, user] },
  ])("a system message after a user's is taken, as newer models do", async ({ messages }) => {
    expect((await post("/v1/messages", { ...good, messages })).status).toBe(200);
  });

  test.each([
    "claude-sonnet-4-5",
    "claude-opus-4-7",
    "claude-3-5-haiku-latest",
    "claude-opus-4-20250514",
  ])("%s refuses a system message, as older models do", async (older) => {
    const every = await serve(greeting);
    const body = JSON.stringify({ ...good, model: older, messages: [user, system] });
    const headers = {
      "content-type": "application/json",
      "anthropic-version": "2023-06-01",
      "x-api-key": "k",
    };
    const answer = await fetch(`${every.url}/v1/messages`, { method: "POST", headers, body });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain("role 'system' is not supported on this model");
    await every.close();
  });

  test("the client gives its typed errors", async () => {
    const client = new Anthropic({ apiKey: "right-key", baseURL: server.url, maxRetries: 0 });
    const ask = (messages: unknown, name = model): Promise<unknown> =>
      client.messages.create({ model: name, max_tokens: 10, messages: messages as never });
    await expect(ask([user, toolResult])).rejects.toBeInstanceOf(BadRequestError);
    await expect(ask([user], "other-model")).rejects.toBeInstanceOf(NotFoundError);
    const stranger = new Anthropic({ apiKey: "wrong", baseURL: server.url, maxRetries: 0 });
    await expect(
      stranger.messages.create({ model, max_tokens: 10, messages: [] }),
    ).rejects.toBeInstanceOf(AuthenticationError);
  });

  test("no key at all: 401", async () => {
    const answer = await post("/v1/messages", good, { authorization: "" });
    expect(answer.status).toBe(401);
    expect(answer.body["error"]?.["type"]).toBe("authentication_error");
  });
});

describe("Chat Completions", () => {
  const good = { model, messages: [user] };
  const calling = {
    role: "assistant",
    content: null,
    tool_calls: [
      { id: "call_1", type: "function", function: { name: "read_file", arguments: "{}" } },
    ],
  };
  test.each<[string, unknown, RegExp]>([
    ["no messages", { model, messages: [] }, /messages/],
    [
      "a tool message without call",
      { model, messages: [user, { role: "tool", tool_call_id: "call_1", content: "x" }] },
      /role 'tool'/,
    ],
    [
      "a tool message for another call",
      { model, messages: [user, calling, { role: "tool", tool_call_id: "call_2", content: "x" }] },
      /call_2/,
    ],
    ["a call without tool message", { model, messages: [user, calling, user] }, /call_1/],
    [
      "arguments that are no string",
      {
        model,
        messages: [
          user,
          {
            ...calling,
            tool_calls: [{ id: "c", type: "function", function: { name: "x", arguments: {} } }],
          },
        ],
      },
      /arguments/,
    ],
    ["empty tools", { ...good, tools: [] }, /tools/],
    ["a choice without tools", { ...good, tool_choice: "auto" }, /tool_choice/],
    ["a field of the wrong type", { ...good, temperature: "hot" }, /temperature/],
    ["an unknown field", { ...good, colour: "red" }, /colour/],
    ["stream options without stream", { ...good, stream_options: {} }, /stream/],
  ])("%s: 400 invalid_request_error", async (_name, body, message) => {
    const answer = await post("/v1/chat/completions", body);
    expect(answer.status).toBe(400);
    expect(answer.body["error"]?.["type"]).toBe("invalid_request_error");
    expect(answer.body["error"]?.["message"]).toMatch(message);
  });

  test("the client gives its typed errors", async () => {
    const baseURL = `${server.url}/v1`;
    const client = new OpenAI({ apiKey: "right-key", baseURL, maxRetries: 0 });
    const messages = [user, calling] as never;
    await expect(client.chat.completions.create({ model, messages })).rejects.toBeInstanceOf(
      OpenAIBadRequestError,
    );
    const stranger = new OpenAI({ apiKey: "wrong", baseURL, maxRetries: 0 });
    await expect(stranger.chat.completions.create({ model, messages: [] })).rejects.toMatchObject({
      status: 401,
      code: "invalid_api_key",
    });
  });
});

describe("Responses", () => {
  const good = { model, input: taskPrompt };
  const output = { type: "function_call_output", call_id: "call_1", output: "x" };
  const call = { type: "function_call", call_id: "call_1", name: "read_file", arguments: "{}" };
  test.each<[string, unknown, RegExp]>([
    ["an output without call", { model, input: [user, output] }, /call_1/],
    ["a call without output", { model, input: [user, call] }, /call_1/],
    ["two outputs of one call", { model, input: [user, call, output, output] }, /call_1/],
    ["nothing to read", { model, input: [] }, /input/],
    ["an earlier response", { ...good, previous_response_id: "resp_1" }, /resp_1/],
    ["a message without content", { model, input: [{ role: "user" }] }, /content/],
    ["a field of the wrong type", { ...good, temperature: "hot" }, /temperature/],
    ["an unknown field", { ...good, messages: [] }, /messages/],
  ])("%s: 400 invalid_request_error", async (_name, body, message) => {
    const answer = await post("/v1/responses", body);
    expect(answer.status).toBe(400);
    expect(answer.body["error"]?.["type"]).toBe("invalid_request_error");
    expect(answer.body["error"]?.["message"]).toMatch(message);
  });

  test("the client gives its typed error", async () => {
    const client = new OpenAI({ apiKey: "right-key", baseURL: `${server.url}/v1`, maxRetries: 0 });
    const input = [user, output] as never;
    await expect(client.responses.create({ model, input })).rejects.toBeInstanceOf(
      OpenAIBadRequestError,
    );
  });
});

describe("what the scenario does not have", () => {
  const ask = (content: string): ReturnType<typeof post> =>
    post("/v1/messages", { model, max_tokens: 10, messages: [{ role: "user", content }] });

  test("an unknown task is named, with what there is", async () => {
    const answer = await ask("Aomori-Title: Fly to the moon\nAomori-Mode: implementation");
    expect(answer.status).toBe(404);
    const message = answer.body["error"]?.["message"];
    expect(message).toContain('"Fly to the moon"');
    expect(message).toContain('"Write a greeting"');
    expect(message).toContain("PRD");
  });

  test("a validation nobody wrote is not made up", async () => {
    const answer = await ask("Aomori-Title: Write a greeting\nAomori-Mode: validation");
    expect(answer.status).toBe(404);
    expect(answer.body["error"]?.["message"]).toContain("mode validation");
  });

  test("a phase nobody wrote and a prompt without markers are not answered", async () => {
    expect((await ask(phasePrompt.replace("PRD", "DESIGN"))).status).toBe(404);
    expect((await ask("Hello?")).status).toBe(404);
  });

  test("a path that is not served says so", async () => {
    expect((await post("/v1/embeddings", {})).status).toBe(404);
    const get = await fetch(`${server.url}/v1/messages`);
    expect(get.status).toBe(405);
  });
});
