import type { ScenarioInput } from "@aomori/testkit";
import { describe, expect, test } from "vitest";
import * as z from "zod";

import { planPhase } from "../src/index.ts";
import type { ModelChoice, PlanRequest } from "../src/index.ts";
import { serverWith, worktreeWith } from "./workbench.ts";

const schema = z.object({ title: z.string().min(3), goals: z.array(z.string()) });
const artefact = { title: "A plan", goals: ["one"] };

function planRequest(
  model: ModelChoice,
  more: Partial<PlanRequest<z.output<typeof schema>>> = {},
): PlanRequest<z.output<typeof schema>> {
  return {
    model,
    keys: {},
    system: "You plan.",
    prompt: "Aomori-Phase: PRD\nAomori-Attempt: 1\n\nPlan it.",
    schema,
    maxSteps: 5,
    signal: new AbortController().signal,
    ...more,
  };
}

const local = (provider: ModelChoice["provider"], baseUrl: string): ModelChoice => ({
  provider,
  model: "some-model",
  baseUrl,
});

describe.each(["anthropic", "openai", "openai-compatible", "openrouter"] as const)(
  "by way of %s",
  (provider) => {
    test("an artefact comes back parsed, with its tokens", async () => {
      const server = await serverWith({ phases: { PRD: [{ artefact }] } });
      const outcome = await planPhase(planRequest(local(provider, server.url)));
      expect(outcome).toMatchObject({ kind: "object", value: artefact });
      expect(outcome.usage.inputTokens).toBeGreaterThan(0);
      expect(server.requests).toHaveLength(1);
    });

    test("it looks at the repository first, and at nothing else", async () => {
      const server = await serverWith({
        phases: {
          PRD: [
            {
              calls: [
                { tool: "list_files", input: {} },
                { tool: "read_file", input: { path: "README.md" } },
                { tool: "read_file", input: { path: "../../etc/passwd" } },
              ],
              artefact,
            },
          ],
        },
      });
      const root = await worktreeWith({ "README.md": "read by the planner\n" });
      const outcome = await planPhase(planRequest(local(provider, server.url), { repo: { root } }));
      expect(outcome).toMatchObject({ kind: "object", value: artefact });
      const last = JSON.stringify(server.requests.at(-1)?.body);
      expect(last).toContain("read by the planner");
      expect(last).toContain("is refused");
      const tools = (server.requests[0]!.body as { tools: unknown[] }).tools;
      expect(tools).toHaveLength(3);
    });
  },
);

test("a malformed answer is repaired once, with its error quoted", async () => {
  const text = '{"title": "A", "goals": "none"}';
  const server = await serverWith({ phases: { PRD: [{ text, repaired: artefact }] } });
  const outcome = await planPhase(planRequest(local("anthropic", server.url)));
  expect(outcome).toMatchObject({ kind: "object", value: artefact });
  expect(server.requests).toHaveLength(2);
  expect(JSON.stringify(server.requests[1]?.body)).toContain("expected array");
});

test("an answer that stays malformed is told with its error", async () => {
  const server = await serverWith({ phases: { PRD: [{ text: "I would rather not." }] } });
  const outcome = await planPhase(planRequest(local("anthropic", server.url)));
  expect(outcome).toMatchObject({
    kind: "malformed",
    text: "I would rather not.",
    parseError: "the answer holds no JSON object",
  });
  expect(outcome.usage.outputTokens).toBeGreaterThan(0);
  expect(server.requests).toHaveLength(2);
});

test("prose and a fence around the object do no harm", async () => {
  const text = `Here {it} is:\n\n\`\`\`json\n${JSON.stringify(artefact, null, 2)}\n\`\`\`\n\nDone.`;
  const server = await serverWith({ phases: { PRD: [{ text }] } });
  const outcome = await planPhase(planRequest(local("anthropic", server.url)));
  expect(outcome).toMatchObject({ kind: "object", value: artefact });
  expect(server.requests).toHaveLength(1);
});

test("one that only looks around is told to answer at its last step", async () => {
  const call = { tool: "list_files", input: {} } as const;
  const calls = Array.from({ length: 9 }, () => call);
  const server = await serverWith({ phases: { PRD: [{ calls, artefact }] } });
  const root = await worktreeWith({});
  const request = planRequest(local("anthropic", server.url), { repo: { root }, maxSteps: 3 });
  await planPhase(request);
  const body = server.requests[2]?.body as { tool_choice?: { type: string }; tools?: unknown[] };
  expect(JSON.stringify(body)).toContain("Answer now");
});

describe("trouble is thrown by its kind", () => {
  test.each([
    [
      "a rate limit",
      { faults: [{ times: "always", fault: { kind: "rate_limit", retry_after_s: 3 } }] },
      { name: "RetryableError", category: "rate_limited", retryAfterMs: 3000 },
    ],
    [
      "a dropped connection",
      { faults: [{ times: "always", fault: { kind: "drop", after_events: 1 } }] },
      { name: "RetryableError", category: "temporary" },
    ],
    [
      "a wrong key",
      { keys: ["another"] },
      { name: "UserError", category: "authn", code: "MODEL_KEY_REFUSED" },
    ],
    ["an unknown model", { models: ["another"] }, { name: "UserError", code: "MODEL_NOT_FOUND" }],
  ] as [string, Partial<ScenarioInput>, object][])("%s", async (_, more, error) => {
    const server = await serverWith({ phases: { PRD: [{ artefact }] }, ...more });
    const planned = planPhase(planRequest(local("anthropic", server.url)));
    await expect(planned).rejects.toMatchObject(error);
  });

  test("a cancelled request", async () => {
    const server = await serverWith({ phases: { PRD: [{ artefact, delay_ms: 60_000 }] } });
    const signal = AbortSignal.timeout(300);
    const planned = planPhase(planRequest(local("anthropic", server.url), { signal }));
    await expect(planned).rejects.toMatchObject({ category: "cancelled" });
  });
});
