import type { StreamIdentity } from "@aomori/protocol";

export const identity: StreamIdentity = {
  tool: "tool",
  toolVersion: "1.0.0",
  schemaName: "dev.aomori.test.events",
  schemaVersion: "1.0.0",
  command: "go",
};
