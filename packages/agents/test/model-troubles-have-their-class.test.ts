import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import type { ScenarioInput } from "@aomori/testkit";
import { describe, expect, test } from "vitest";

import { driverFor } from "../src/index.ts";
import type { ModelChoice } from "../src/index.ts";
import type { AgentOutcome } from "@aomori/contract";
import { anthropicAt, follow, requestFor, serverPlaying, worktreeWith } from "./workbench.ts";

type Faults = NonNullable<ScenarioInput["faults"]>;
const always = (fault: Faults[number]["fault"]): Partial<ScenarioInput> => ({
  faults: [{ times: "always", fault }],
});

async function outcomeWith(
  more: Partial<ScenarioInput>,
  choose: (url: string) => ModelChoice,
  modelIdleTimeoutMs?: number,
): Promise<AgentOutcome> {
  const server = await serverPlaying({ text: "done" }, more);
  const worktree = await worktreeWith({});
  const options = modelIdleTimeoutMs === undefined ? {} : { modelIdleTimeoutMs };
  const run = driverFor("builtin", options).start(requestFor(worktree, choose(server.url)));
  await follow(run).all;
  return run.result;
}

const cases: [string, Partial<ScenarioInput>, string, string][] = [
  ["a wrong key", { keys: ["another"] }, "auth", "MODEL_KEY_REFUSED"],
  [
    "a rate limit",
    always({ kind: "rate_limit", retry_after_s: 7 }),
    "rate_limited",
    "MODEL_RATE_LIMITED",
  ],
  ["an overloaded server", always({ kind: "overloaded" }), "temporary", "MODEL_UNAVAILABLE"],
  ["a broken server", always({ kind: "status", status: 500 }), "temporary", "MODEL_UNAVAILABLE"],
  ["a refused request", always({ kind: "status", status: 400 }), "agent_error", "MODEL_REFUSED"],
  ["an unknown model", { models: ["another"] }, "agent_error", "MODEL_NOT_FOUND"],
];

describe.each(["anthropic", "openai", "openai-compatible", "openrouter"] as const)(
  "by way of %s",
  (provider) => {
    const choose = (baseUrl: string): ModelChoice => ({ provider, model: "some-model", baseUrl });

    test.each(cases)("%s", async (_, more, errorClass, code) => {
      const outcome = await outcomeWith(more, choose);
      expect(outcome).toMatchObject({ kind: "failed", error: { class: errorClass, code } });
      if (errorClass === "rate_limited") {
        expect(outcome).toMatchObject({ error: { retryAfterMs: 7000 } });
      }
    });

    test.each([
      ["a connection dropped before the answer", { kind: "drop", after_events: 0 }],
      ["a connection dropped within the answer", { kind: "drop", after_events: 2 }],
      ["an answer that is no JSON", { kind: "malformed" }],
    ] as [string, Faults[number]["fault"]][])("%s is temporary", async (_, fault) => {
      const outcome = await outcomeWith(always(fault), choose);
      expect(outcome).toMatchObject({ kind: "failed", error: { class: "temporary" } });
    });
  },
);

test("a model that falls silent is a timeout", async () => {
  const choose = (baseUrl: string): ModelChoice => ({ provider: "anthropic", model: "m", baseUrl });
  expect(await outcomeWith(always({ kind: "hang" }), choose, 300)).toMatchObject({
    kind: "failed",
    error: { class: "timeout", code: "MODEL_SILENT" },
  });
});

test("a server that is not there is temporary", async () => {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const worktree = await worktreeWith({});
  const model = { provider: "anthropic", model: "m", baseUrl: `http://127.0.0.1:${port}` } as const;
  const run = driverFor("builtin").start(requestFor(worktree, model));
  await follow(run).all;
  expect(await run.result).toMatchObject({ kind: "failed", error: { class: "temporary" } });
});

test("trouble in the middle of the work is waited out", async () => {
  const call = { tool: "list_files", input: {} } as const;
  const server = await serverPlaying(
    { calls: [call], text: "done" },
    {
      faults: [
        { match: { results: 1 }, times: 1, fault: { kind: "rate_limit", retry_after_s: 0.1 } },
        { match: { results: 1 }, times: 1, fault: { kind: "drop", after_events: 1 } },
      ],
    },
  );
  const worktree = await worktreeWith({});
  const run = driverFor("builtin").start(requestFor(worktree, anthropicAt(server)));
  await follow(run).all;
  expect(await run.result).toMatchObject({ kind: "completed", finalText: "done" });
  expect(server.requests).toHaveLength(4);
});

test("a run without a model or a key says what to set", async () => {
  const worktree = await worktreeWith({});
  const without = driverFor("builtin").start(requestFor(worktree, null));
  await follow(without).all;
  expect(await without.result).toMatchObject({ error: { code: "MODEL_NOT_CONFIGURED" } });
  const model = { provider: "anthropic", model: "m" } as const;
  const keyless = driverFor("builtin").start(requestFor(worktree, model));
  await follow(keyless).all;
  expect(await keyless.result).toMatchObject({
    error: { class: "auth", code: "PROVIDER_KEY_MISSING" },
  });
});
