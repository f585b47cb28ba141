import {
  conflictsOf,
  dagOf,
  mergeIntoUserBranch,
  mergeNow,
  mergeStatusOf,
  planMergeInto,
} from "@aomori/engine";
import type { Runtime } from "../open-runtime.ts";
import type { HandlersOf, PlansOf } from "./handler.ts";
import { requireSpecResource } from "./specs.ts";

const intoActions = {
  created: "create",
  fast_forward: "fast-forward",
  merge_commit: "merge into",
  up_to_date: "leave",
} as const;

/** The operations on a spec's graph and its merges, by id. */
export function dagHandlers(runtime: Runtime): HandlersOf<"dag"> {
  const engine = runtime.engine.context;
  return {
    "dag.get": (input, caller) => dagOf(engine, caller.orgId, input.id),
    "dag.merge_status": (input, caller) => mergeStatusOf(engine, caller.orgId, input.id),
    "dag.conflicts": (input, caller) => conflictsOf(engine, caller.orgId, input.id),
    "dag.merge": async (input, caller) => {
      await mergeNow(engine, caller.orgId, input.id);
      return mergeStatusOf(engine, caller.orgId, input.id);
    },
    "dag.merge_into": (input, caller) =>
      mergeIntoUserBranch(engine, {
        orgId: caller.orgId,
        specId: input.id,
        branch: input.into,
        by: caller.keyName,
      }),
  };
}

/** What the operations on merges would do. */
export function dagPlans(runtime: Runtime): PlansOf<"dag"> {
  const engine = runtime.engine.context;
  return {
    "dag.merge": async (input, caller) => {
      const spec = await requireSpecResource(runtime.store.scope(caller.orgId), input.id);
      const { branches } = await mergeStatusOf(engine, caller.orgId, spec.id);
      const queued = branches.filter((branch) => branch.state === "queued");
      return {
        actions: queued.map((branch) => ({
          action: "merge",
          target: branch.name,
          detail: `into ${spec.integrationBranch}`,
        })),
      };
    },
    "dag.merge_into": async (input, caller) => {
      const move = await planMergeInto(engine, {
        orgId: caller.orgId,
        specId: input.id,
        branch: input.into,
        by: caller.keyName,
      });
      const to = move.commit.slice(0, 10);
      return {
        actions: [
          {
            action: intoActions[move.kind],
            target: input.into,
            detail:
              move.previousCommit === null
                ? `at ${to}`
                : `${move.previousCommit.slice(0, 10)} → ${to}`,
          },
        ],
      };
    },
  };
}
