import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ModelServer } from "../src/index.ts";
import { greeting, greetingCalls, phasePrompt, serve, taskPrompt, toolSchemas } from "./serving.ts";

const model = "some-model";
let server: ModelServer;
beforeAll(async () => {
  server = await serve(greeting);
});
afterAll(() => server.close());

describe.each([{ stream: false }, { stream: true }])("stream: $stream", ({ stream }) => {
  test("the Anthropic client runs a tool loop to its end", async () => {
    const client = new Anthropic({ apiKey: "k", baseURL: server.url });
    const tools = toolSchemas.map(({ name, description, schema }) => {
      return { name, description, input_schema: schema };
    });
    const messages: Anthropic.MessageParam[] = [{ role: "user", content: taskPrompt }];
    const calls: unknown[] = [];
    for (;;) {
      const request = { model, max_tokens: 1000, messages, tools };
      const answer = stream
        ? await client.messages.stream(request).finalMessage()
        : await client.messages.create(request);
      expect(answer.usage.input_tokens).toBeGreaterThan(10);
      expect(answer.usage.output_tokens).toBeGreaterThan(1);
      if (answer.stop_reason === "end_turn") {
        expect(answer.content).toMatchObject([{ type: "text", text: "The greeting is written." }]);
        break;
      }
      expect(answer.stop_reason).toBe("tool_use");
      const uses = answer.content.filter((block) => block.type === "tool_use");
      calls.push(...uses.map((use) => [use.name, use.input]));
      messages.push({ role: "assistant", content: answer.content });
      messages.push({
        role: "user",
        content: uses.map((use) => ({
          type: "tool_result",
          tool_use_id: use.id,
          content: "done",
        })),
      });
    }
    expect(calls).toEqual(greetingCalls);
  });

  test("the OpenAI client runs a tool loop over Chat Completions", async () => {
    const client = new OpenAI({ apiKey: "k", baseURL: `${server.url}/v1` });
    const tools = toolSchemas.map(({ name, description, schema }) => {
      return { type: "function" as const, function: { name, description, parameters: schema } };
    });
    const messages: OpenAI.ChatCompletionMessageParam[] = [
      { role: "system", content: "You work." },
      { role: "user", content: taskPrompt },
    ];
    const calls: unknown[] = [];
    for (;;) {
      const request = { model, messages, tools };
      const answer = stream
        ? await client.chat.completions
            .stream({ ...request, stream_options: { include_usage: true } })
            .finalChatCompletion()
        : await client.chat.completions.create(request);
      expect(answer.usage?.total_tokens).toBeGreaterThan(10);
      const choice = answer.choices.at(0);
      if (choice === undefined) throw new Error("no choice");
      if (choice.finish_reason === "stop") {
        expect(choice.message.content).toBe("The greeting is written.");
        break;
      }
      expect(choice.finish_reason).toBe("tool_calls");
      const made = (choice.message.tool_calls ?? []).filter((call) => call.type === "function");
      calls.push(...made.map((call) => [call.function.name, JSON.parse(call.function.arguments)]));
      messages.push(choice.message);
      for (const call of made) {
        messages.push({ role: "tool", tool_call_id: call.id, content: "done" });
      }
    }
    expect(calls).toEqual(greetingCalls);
  });

  test("the OpenAI client runs a tool loop over Responses", async () => {
    const client = new OpenAI({ apiKey: "k", baseURL: `${server.url}/v1` });
    const tools = toolSchemas.map(({ name, description, schema }) => {
      return { type: "function" as const, name, description, parameters: schema, strict: true };
    });
    const input: OpenAI.Responses.ResponseInput = [{ role: "user", content: taskPrompt }];
    const calls: unknown[] = [];
    for (;;) {
      const request = { model, input, tools };
      const answer = stream
        ? await client.responses.stream(request).finalResponse()
        : await client.responses.create(request);
      expect(answer.status).toBe("completed");
      expect(answer.usage?.total_tokens).toBeGreaterThan(10);
      const made = answer.output.flatMap((item): OpenAI.Responses.ResponseFunctionToolCall[] =>
        item.type === "function_call" ? [item] : [],
      );
      if (made.length === 0) {
        expect(answer.output_text).toBe("The greeting is written.");
        break;
      }
      calls.push(...made.map((call) => [call.name, JSON.parse(call.arguments)]));
      for (const call of made) {
        const { call_id, name } = call;
        input.push({ type: "function_call", call_id, name, arguments: call.arguments });
      }
      for (const { call_id } of made) {
        input.push({ type: "function_call_output", call_id, output: "done" });
      }
    }
    expect(calls).toEqual(greetingCalls);
  });

  test("an artefact arrives as JSON text", async () => {
    const anthropic = new Anthropic({ apiKey: "k", baseURL: server.url });
    const request = {
      model,
      max_tokens: 1000,
      messages: [{ role: "user" as const, content: phasePrompt }],
    };
    const message = stream
      ? await anthropic.messages.stream(request).finalMessage()
      : await anthropic.messages.create(request);
    const text = message.content.map((block) => (block.type === "text" ? block.text : "")).join("");
    expect(JSON.parse(text)).toEqual({ overview: { feature_name: "Grüße 👋" } });
  });
});

test("a forced tool is answered with that tool", async () => {
  const client = new Anthropic({ apiKey: "k", baseURL: server.url });
  const answer = await client.messages.create({
    model,
    max_tokens: 1000,
    messages: [{ role: "user", content: phasePrompt }],
    tools: [{ name: "json", input_schema: { type: "object", properties: {} } }],
    tool_choice: { type: "tool", name: "json" },
  });
  expect(answer.content).toMatchObject([
    { type: "tool_use", name: "json", input: { overview: { feature_name: "Grüße 👋" } } },
  ]);
});

test("tokens are counted from the size of the text, and models are listed", async () => {
  const client = new Anthropic({ apiKey: "k", baseURL: server.url });
  const count = async (content: string): Promise<number> => {
    const { input_tokens } = await client.messages.countTokens({
      model,
      messages: [{ role: "user", content }],
    });
    return input_tokens;
  };
  expect((await count("x".repeat(4000))) - (await count("x"))).toBeCloseTo(1000, -1);
  const listed = await client.models.list();
  expect(listed.data.map((entry) => entry.id)).toEqual(["scenario-test"]);
  const openai = new OpenAI({ apiKey: "k", baseURL: `${server.url}/v1` });
  expect((await openai.models.list()).data.map((entry) => entry.id)).toEqual(["scenario-test"]);
  const head = await fetch(server.url, { method: "HEAD" });
  expect(head.status).toBe(200);
});
