import { Event, fromWire } from "@aomori/contract";
import type { ParsedInput } from "@aomori/contract";
import { UserError } from "@aomori/protocol";
import {
  createKey,
  getKey,
  getProject,
  listKeys,
  listProjects,
  readEvents,
  revokeKey,
} from "@aomori/store";
import type { OrgScope } from "@aomori/store";
import type { Runtime } from "../open-runtime.ts";
import type { Caller, HandlersOf, PlansOf } from "./handler.ts";

async function requireKey(scope: OrgScope, id: ParsedInput<"keys.revoke">["id"]) {
  const key = await getKey(scope, id);
  if (key !== undefined) return key;
  throw new UserError(
    "not_found",
    "KEY_NOT_FOUND",
    `key ${id} not found; list keys with "aomori key list"`,
  );
}

/** A page's cursor is the seq it ended at. */
function seqOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw new UserError(
    "validation",
    "CURSOR_INVALID",
    `cursor ${JSON.stringify(cursor)} is not one this list gave out; start again without a cursor`,
  );
}

function refuseMore(scopes: readonly string[], caller: Caller): void {
  const more = scopes.filter((scope) => !caller.scopes.some((held) => held === scope));
  if (more.length === 0) return;
  throw new UserError(
    "authz",
    "SCOPE_NOT_HELD",
    `a key cannot give what it does not have: ${more.join(", ")}`,
  );
}

/** The operations on keys, projects and events, by id. */
export function accountHandlers(
  runtime: Runtime,
): HandlersOf<"account" | "keys" | "projects" | "events"> {
  const { store } = runtime;
  const scopeOf = (caller: Caller): OrgScope => store.scope(caller.orgId);
  return {
    "account.whoami": async (_, caller) => ({
      orgId: caller.orgId,
      keyId: caller.keyId,
      name: caller.keyName,
      scopes: [...caller.scopes],
    }),
    "keys.create": (input, caller) => {
      const scopes = input.scopes ?? [...caller.scopes];
      refuseMore(scopes, caller);
      return store.transaction(caller.orgId, (tx) => createKey(tx, { ...input, scopes }));
    },
    "keys.list": (input, caller) => listKeys(scopeOf(caller), input),
    "keys.revoke": async (input, caller) => {
      await requireKey(scopeOf(caller), input.id);
      await store.transaction(caller.orgId, (tx) => revokeKey(tx, input.id));
      return requireKey(scopeOf(caller), input.id);
    },
    "projects.list": (input, caller) => listProjects(scopeOf(caller), input),
    "projects.get": async (input, caller) => {
      const project = await getProject(scopeOf(caller), input.id);
      if (project !== undefined) return project;
      throw new UserError(
        "not_found",
        "PROJECT_NOT_FOUND",
        `project ${input.id} not found; list projects with "aomori project list"`,
      );
    },
    "events.list": async (input, caller) => {
      const { limit, cursor, types, ...filter } = input;
      const read = { ...filter, ...(types === undefined ? {} : { types: types.split(",") }) };
      const items = await readEvents(scopeOf(caller), {
        ...read,
        after: seqOf(cursor),
        limit,
      });
      const last = items.at(-1);
      return {
        items: items.map((event) => fromWire(Event, event)),
        nextCursor: last === undefined || items.length < limit ? null : String(last.seq),
      };
    },
  };
}

/** What the operations on keys would do. */
export function accountPlans(
  runtime: Runtime,
): PlansOf<"account" | "keys" | "projects" | "events"> {
  return {
    "keys.create": async (input, caller) => {
      const scopes = input.scopes ?? caller.scopes;
      refuseMore(scopes, caller);
      return { actions: [{ action: "make a key", target: input.name, detail: scopes.join(", ") }] };
    },
    "keys.revoke": async (input, caller) => {
      const key = await requireKey(runtime.store.scope(caller.orgId), input.id);
      return { actions: [{ action: "revoke", target: key.id, detail: key.name }] };
    },
  };
}
