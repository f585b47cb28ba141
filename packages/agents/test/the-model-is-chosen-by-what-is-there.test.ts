import { expect, test } from "vitest";

import { defaultModels, resolveModel } from "../src/index.ts";

test("the first provider with a key and its default model", () => {
  expect(resolveModel({ keys: { openrouter: "k", openai: "k" } })).toEqual({
    provider: "openai",
    model: defaultModels.openai,
  });
  expect(resolveModel({ keys: { openai: "k", anthropic: "k" } })).toEqual({
    provider: "anthropic",
    model: defaultModels.anthropic,
  });
});

test("what is asked for goes before what is configured", () => {
  const keys = { anthropic: "k", openai: "k", openrouter: "k" };
  const configured = {
    provider: "openai",
    model: "gpt",
    baseUrl: "https://proxy.test/v1",
  } as const;
  expect(resolveModel({ keys, configured })).toEqual(configured);
  expect(resolveModel({ keys, configured, requested: "gpt-other" })).toEqual({
    ...configured,
    model: "gpt-other",
  });
  expect(resolveModel({ keys, configured, requested: "openrouter/meta/llama" })).toEqual({
    provider: "openrouter",
    model: "meta/llama",
  });
  expect(resolveModel({ keys, requested: "meta/llama" })).toEqual({
    provider: "anthropic",
    model: "meta/llama",
  });
});

test("a server on this machine needs no key, another one does", () => {
  const requested = "anthropic/m";
  const baseUrl = "http://127.0.0.1:8080";
  expect(resolveModel({ keys: {}, requested, baseUrl })).toEqual({
    provider: "anthropic",
    model: "m",
    baseUrl,
  });
  expect(resolveModel({ keys: {}, requested: "local", baseUrl })).toMatchObject({
    provider: "openai-compatible",
  });
  expect(() => resolveModel({ keys: {}, requested, baseUrl: "https://models.test" })).toThrow(
    expect.objectContaining({ code: "PROVIDER_KEY_MISSING" }),
  );
});

test("with nothing there it says what to set", () => {
  expect(() => resolveModel({ keys: {} })).toThrow(
    expect.objectContaining({
      name: "UserError",
      category: "config",
      code: "MODEL_NOT_CONFIGURED",
      message: expect.stringContaining("ANTHROPIC_API_KEY"),
    }),
  );
  expect(() => resolveModel({ keys: {}, requested: "anthropic/m", baseUrl: "ftp://x" })).toThrow(
    expect.objectContaining({ code: "MODEL_INVALID" }),
  );
});
