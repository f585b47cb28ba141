import { RetryableError, UserError } from "@aomori/protocol";
import { getSpec, listArtifacts, listAttempts, localOrgId } from "@aomori/store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cancelSpec, createSpec, retryPhase } from "../../src/index.ts";
import { Bench } from "../bench/open-bench.ts";
import {
  answered,
  goodArtefacts,
  phasesOf,
  planning,
  poorArtefact,
} from "../bench/scripted-planner.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench[Symbol.asyncDispose]());

const scope = () => bench.store.scope(localOrgId);
const by = (specId: Awaited<ReturnType<Bench["createSpec"]>>["id"]) => ({
  orgId: localOrgId,
  specId,
  by: "ada",
});
const busy = new RetryableError("rate_limited", "PROVIDER_RATE_LIMITED", "slow down", {
  retryAfterMs: 1,
});

describe("an attempt", () => {
  test("is recorded with prompt, output, score per criterion, feedback, tokens, cost and duration", async () => {
    const { id } = await bench.createSpec({
      plan: planning({ PRD: () => answered(poorArtefact("PRD")) }),
      settings: { maxAttempts: 1 },
    });
    expect(await bench.ended(id)).toBe("failed");
    const [explore, prd] = await listAttempts(scope(), id);
    expect(explore).toMatchObject({
      phase: "EXPLORE",
      number: 1,
      status: "accepted",
      score: 1,
      output: JSON.stringify(goodArtefacts().EXPLORE),
      usage: { inputTokens: 100, outputTokens: 20, costMicrousd: 50 },
    });
    expect(explore?.prompt).toContain("Buyers want a cart.");
    expect(explore?.durationMs).toBeGreaterThanOrEqual(0);
    expect(prd).toMatchObject({ phase: "PRD", status: "rejected", artifactVersion: 1 });
    expect(prd?.feedback.length).toBeGreaterThan(0);
    const [artifact] = await listArtifacts(scope(), id, { phase: "PRD" });
    expect(artifact?.criteria.map(({ name }) => name)).toContain("user_stories_structure");
    expect(artifact?.score).toBe(prd?.score);
    expect((await bench.spec(id)).usage).toEqual({
      inputTokens: 200,
      outputTokens: 40,
      costMicrousd: 100,
    });
  });

  test("that is rejected gives the next prompt its feedback and its answer", async () => {
    const { id, script } = await bench.createSpec({
      plan: planning({
        EXPLORE: (_, nth) =>
          answered(nth === 1 ? poorArtefact("EXPLORE") : goodArtefacts().EXPLORE),
      }),
      gates: ["EXPLORE"],
    });
    expect(await bench.ended(id)).toBe("awaiting_approval");
    const [first] = await listAttempts(scope(), id, "EXPLORE");
    const second = bench.planner.asked(script, "EXPLORE")[1];
    expect(second?.prompt).toContain(first?.feedback[0]);
    expect(second?.prompt).toContain(first?.output);
    expect(bench.types(id, "phase.")).toEqual([
      "phase.started",
      "phase.evaluated",
      "phase.retrying",
      "phase.started",
      "phase.evaluated",
      "phase.awaiting_approval",
    ]);
  });

  test("that cannot be read counts as failed, with the parse error as feedback", async () => {
    const usage = { inputTokens: 1, outputTokens: 1, costMicrousd: null };
    const { id, script } = await bench.createSpec({
      plan: planning({
        EXPLORE: (_, nth) => {
          if (nth === 1)
            return { kind: "malformed", text: "{", parseError: "unexpected end", usage };
          // A planner that does not check what it hands over is checked by the engine.
          return nth === 2 ? answered({ tech_stack: 7 }) : answered(goodArtefacts().EXPLORE);
        },
      }),
      gates: ["EXPLORE"],
    });
    expect(await bench.ended(id)).toBe("awaiting_approval");
    const requests = bench.planner.asked(script, "EXPLORE");
    expect(requests[1]?.prompt).toContain("unexpected end");
    expect(requests[2]?.prompt).toContain("tech_stack");
    const attempts = await listAttempts(scope(), id, "EXPLORE");
    expect(attempts.map(({ status }) => status)).toEqual(["rejected", "rejected", "accepted"]);
    expect(attempts[0]?.error).toContain("unexpected end");
  });

  test("says which tools it may look with: EXPLORE gets a checkout, later phases none", async () => {
    const { id, script } = await bench.createSpec({ gates: ["PRD"] });
    await bench.ended(id);
    const [explore, prd] = bench.planner.asked(script);
    expect(explore?.repository).toBe(`/integration/${id}`);
    expect(prd?.repository).toBeUndefined();
  });
});

describe("after the last attempt", () => {
  test("the spec is failed with the reason, and a retry goes on from that phase", async () => {
    let isMended = false;
    const { id, script } = await bench.createSpec({
      plan: planning({
        PRD: () => answered(isMended ? goodArtefacts().PRD : poorArtefact("PRD")),
      }),
      settings: { maxAttempts: 2 },
      gates: ["REQUIREMENTS"],
    });
    expect(await bench.ended(id)).toBe("failed");
    const failed = await bench.spec(id);
    expect(failed).toMatchObject({ phase: "PRD", failure: { code: "PHASE_REJECTED" } });
    expect(failed.failure?.message).toMatch(/^PRD was rejected 2 times \(score 0\.\d\d\): /);
    isMended = true;
    const after = bench.events.length;
    await retryPhase(bench.engine, by(id));
    expect(await bench.ended(id, after)).toBe("awaiting_approval");
    expect((await bench.spec(id)).failure).toBeNull();
    expect(phasesOf(bench.planner.asked(script))).toEqual([
      "EXPLORE",
      "PRD",
      "PRD",
      "PRD",
      "REQUIREMENTS",
    ]);
  });

  test("a plan with a cycle is vetoed whatever its score, and no task comes of it", async () => {
    const { id } = await bench.createSpec({
      plan: planning({ TASKS: () => answered(poorArtefact("TASKS")) }),
      settings: { threshold: 0, maxAttempts: 2 },
    });
    expect(await bench.ended(id)).toBe("failed");
    const evaluated = bench.events.findLast(
      (event) => event.spec_id === id && event.type === "phase.evaluated",
    );
    expect(evaluated?.data).toMatchObject({ passed: false, vetoes: ["DEPENDENCY_CYCLE"] });
    expect(await bench.tasks(id)).toEqual([]);
  });
});

describe("a provider", () => {
  test("that is busy is waited for, and costs no attempt", async () => {
    const { id, script } = await bench.createSpec({
      plan: planning({
        EXPLORE: (_, nth) => {
          if (nth === 2 || nth === 5) return answered(poorArtefact("EXPLORE"));
          if (nth < 7) throw busy;
          return answered(goodArtefacts().EXPLORE);
        },
      }),
      settings: { maxAttempts: 3 },
      gates: ["EXPLORE"],
    });
    expect(await bench.ended(id)).toBe("awaiting_approval");
    const statuses = (await listAttempts(scope(), id)).map(({ status }) => status);
    expect(statuses.join(" ")).toBe("failed rejected failed failed rejected failed accepted");
    const [, , third] = bench.planner.asked(script);
    // What came between two answers does not make the model forget the first.
    expect(bench.planner.asked(script)[3]?.prompt).toContain("Do this differently now");
    expect(third?.prompt).toContain("Do this differently now");
  });

  test("that stays busy is given up in the end, and a person is asked", async () => {
    const { id, script } = await bench.createSpec({
      plan: planning({
        EXPLORE: () => {
          throw busy;
        },
      }),
    });
    expect(await bench.ended(id)).toBe("failed");
    expect((await bench.spec(id)).failure).toMatchObject({ code: "PROVIDER_RATE_LIMITED" });
    expect(bench.planner.asked(script)).toHaveLength(8);
  });

  test("that refuses the key fails the phase at once, and a retry with a key goes on", async () => {
    const { id, script } = await bench.createSpec({
      plan: planning({
        EXPLORE: ({ keys }) => {
          if (keys.openai === "right") return answered(goodArtefacts().EXPLORE);
          throw new UserError("authn", "PROVIDER_KEY_REFUSED", "the key was refused");
        },
      }),
      gates: ["EXPLORE"],
    });
    expect(await bench.ended(id)).toBe("failed");
    expect(bench.planner.asked(script)).toHaveLength(1);
    const after = bench.events.length;
    await retryPhase(bench.engine, { ...by(id), keys: { openai: "right" } });
    expect(await bench.ended(id, after)).toBe("awaiting_approval");
  });

  test("that breaks in a way nobody expected fails the phase visibly", async () => {
    const { id } = await bench.createSpec({
      plan: planning({
        EXPLORE: () => {
          throw new TypeError("x is not a function");
        },
      }),
    });
    expect(await bench.ended(id)).toBe("failed");
    expect((await bench.spec(id)).failure).toMatchObject({
      code: "INTERNAL",
      message: "x is not a function",
    });
  });
});

describe("a spec", () => {
  test("that is cancelled while it is planned ends the model's answer and never goes on", async () => {
    let isAborted = false;
    const asked = Promise.withResolvers<void>();
    const { id, script } = await bench.createSpec({
      plan: planning({
        EXPLORE: async ({ signal }) => {
          asked.resolve();
          await new Promise<void>((resolve) =>
            signal.addEventListener("abort", () => resolve(), { once: true }),
          );
          isAborted = true;
          throw new UserError("cancelled", "CANCELLED", "planning was cancelled");
        },
      }),
    });
    await asked.promise;
    await cancelSpec(bench.engine, by(id));
    await expect.poll(async () => (await listAttempts(scope(), id))[0]?.status).toBe("failed");
    expect(isAborted).toBe(true);
    expect(bench.planner.asked(script)).toHaveLength(1);
    expect(await getSpec(scope(), id)).toMatchObject({ status: "cancelled" });
    await expect(cancelSpec(bench.engine, by(id))).rejects.toMatchObject({ code: "SPEC_OVER" });
  });

  test("of a folder that is no repository is refused, and nothing is stored", async () => {
    const before = bench.events.length;
    const request = {
      orgId: localOrgId,
      title: "A cart",
      description: "x",
      repository: "/nowhere",
      base: undefined,
      agent: "builtin" as const,
      model: null,
      gates: [],
      settings: {},
      keys: {},
      by: "ada",
    };
    await expect(createSpec(bench.engine, request)).rejects.toMatchObject({
      code: "NOT_A_REPOSITORY",
    });
    expect(bench.events).toHaveLength(before);
  });

  test("of a known repository belongs to the project that is there", async () => {
    const gates = ["EXPLORE"] as const;
    const one = await bench.createSpec({ repository: "/repositories/shared", gates });
    const two = await bench.createSpec({ repository: "/repositories/shared", gates });
    expect((await bench.spec(one.id)).projectId).toBe((await bench.spec(two.id)).projectId);
    const created = bench.events.filter(
      ({ type, data }) =>
        type === "project.created" && data["repository"] === "/repositories/shared",
    );
    expect(created).toHaveLength(1);
    await Promise.all([bench.ended(one.id), bench.ended(two.id)]);
  });
});
