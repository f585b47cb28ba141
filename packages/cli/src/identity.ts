import type { ProgramIdentity } from "@aomori/command";

/** This package's version; a test holds it to package.json. */
export const version = "0.1.0";

export const identity: ProgramIdentity = {
  name: "aomori",
  version,
  schemaName: "dev.aomori.cli.events",
  schemaVersion: "1.0.0",
  summary:
    "A workshop for software built by agents: describe a change, watch it planned, built and merged",
};
