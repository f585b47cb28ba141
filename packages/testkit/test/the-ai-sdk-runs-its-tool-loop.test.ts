import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { createOpenRouter } from "@openrouter/ai-sdk-provider";
import { Output, generateText, isStepCount, jsonSchema, streamText, tool } from "ai";
import type { LanguageModel, ToolSet } from "ai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ModelServer } from "../src/index.ts";
import { greeting, greetingCalls, phasePrompt, serve, taskPrompt, toolSchemas } from "./serving.ts";

let server: ModelServer;
beforeAll(async () => {
  server = await serve(greeting);
});
afterAll(() => server.close());

const providers: [string, () => LanguageModel][] = [
  [
    "anthropic",
    () => createAnthropic({ apiKey: "k", baseURL: `${server.url}/v1` })("scripted-model"),
  ],
  [
    "openai responses",
    () => createOpenAI({ apiKey: "k", baseURL: `${server.url}/v1` }).responses("scripted-model"),
  ],
  [
    "openai chat",
    () => createOpenAI({ apiKey: "k", baseURL: `${server.url}/v1` }).chat("scripted-model"),
  ],
  [
    "openai-compatible",
    () =>
      createOpenAICompatible({
        name: "local",
        apiKey: "k",
        baseURL: `${server.url}/v1`,
        includeUsage: true,
      })("scripted-model"),
  ],
  [
    "openrouter",
    () => createOpenRouter({ apiKey: "k", baseURL: `${server.url}/api/v1` })("scripted-model"),
  ],
];

function recordingTools(calls: unknown[]): ToolSet {
  return Object.fromEntries(
    toolSchemas.map(({ name, description, schema }) => [
      name,
      tool({
        description,
        inputSchema: jsonSchema(schema),
        execute: async (input: unknown) => {
          calls.push([name, input]);
          return "done";
        },
      }),
    ]),
  );
}

describe.each(providers)("%s", (_name, model) => {
  test("generateText", async () => {
    const calls: unknown[] = [];
    const result = await generateText({
      model: model(),
      tools: recordingTools(calls),
      prompt: taskPrompt,
      stopWhen: isStepCount(8),
      maxRetries: 0,
    });
    expect(calls).toEqual(greetingCalls);
    expect(result.text).toBe("The greeting is written.");
    expect(result.steps).toHaveLength(3);
    expect(result.usage.inputTokens).toBeGreaterThan(10);
    expect(result.usage.outputTokens).toBeGreaterThan(10);
  });

  test("streamText", async () => {
    const calls: unknown[] = [];
    const result = streamText({
      model: model(),
      tools: recordingTools(calls),
      prompt: taskPrompt,
      stopWhen: isStepCount(8),
      maxRetries: 0,
    });
    await result.consumeStream();
    expect(calls).toEqual(greetingCalls);
    expect(await result.text).toBe("The greeting is written.");
    expect((await result.usage).outputTokens).toBeGreaterThan(10);
  });

  test("structured output", async () => {
    const result = await generateText({
      model: model(),
      prompt: phasePrompt,
      output: Output.object({
        schema: jsonSchema<{ overview: { feature_name: string } }>({
          type: "object",
          properties: {
            overview: { type: "object", properties: { feature_name: { type: "string" } } },
          },
        }),
      }),
      maxRetries: 0,
    });
    expect(result.output).toEqual({ overview: { feature_name: "Grüße 👋" } });
  });
});
