import { defineOperation } from "@aomori/operation";
import * as z from "zod";
import { pageOf } from "../page.ts";
import {
  ApiKey,
  CreateKey,
  CreatedApiKey,
  Identity,
  ListKeys,
  RevokeKey,
  ownScope,
} from "./key.ts";

const columns = ["id", "name", "prefix", "scopes", "created_at", "revoked_at"];

export const whoami = defineOperation({
  id: "account.whoami",
  summary: "Show whose key this is and what it may do",
  http: { method: "GET", path: "/api/whoami" },
  input: z.object({}),
  output: Identity,
  scope: ownScope,
  effects: { readOnly: true },
  cli: { command: "whoami" },
});

export const createKey = defineOperation({
  id: "keys.create",
  summary: "Make an API key; its secret is shown once",
  http: { method: "POST", path: "/api/keys", successStatus: 201 },
  input: CreateKey,
  output: CreatedApiKey,
  scope: "keys:write",
  effects: { readOnly: false, dryRun: true },
  errors: ["SCOPE_NOT_HELD"],
  cli: { command: "key create", positionals: ["name"], flags: { scopes: "scope" }, columns },
});

export const listKeys = defineOperation({
  id: "keys.list",
  summary: "List API keys",
  http: { method: "GET", path: "/api/keys" },
  input: ListKeys,
  output: pageOf(ApiKey),
  scope: "keys:read",
  effects: { readOnly: true },
  cli: { command: "key list", columns },
});

export const revokeKey = defineOperation({
  id: "keys.revoke",
  summary: "Revoke an API key",
  http: { method: "DELETE", path: "/api/keys/{id}" },
  input: RevokeKey,
  output: ApiKey,
  scope: "keys:write",
  effects: { readOnly: false, destructive: true, dryRun: true },
  errors: ["KEY_NOT_FOUND"],
  cli: { command: "key revoke", positionals: ["id"], columns },
});
