import type { ProgramIdentity } from "@aomori/command";

/** This package's version; a test holds it to package.json. */
const version = "0.1.0";

export const identity: ProgramIdentity = {
  name: "machinemode",
  version,
  schemaName: "dev.aomori.machinemode.events",
  schemaVersion: "1.0.0",
  summary: "Wrap tools that do not speak AOI-CLI into typed event streams, without guessing",
};
