import { defineOperation } from "@aomori/operation";
import { Drained, Health, NoInput } from "./health.ts";

export const getHealth = defineOperation({
  id: "system.health",
  summary: "Say that the server is there and which versions it speaks",
  http: { method: "GET", path: "/api/health" },
  input: NoInput,
  output: Health,
  scope: null,
  effects: { readOnly: true },
});

export const drain = defineOperation({
  id: "system.drain",
  summary: "Finish running requests, leave work where a restart picks it up, and stop",
  http: { method: "POST", path: "/api/drain", successStatus: 202 },
  input: NoInput,
  output: Drained,
  scope: "keys:write",
  effects: { readOnly: false },
});
