import { generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { digested, signEntry } from "../src/registry/signing.ts";
import { entryFormat } from "../src/registry/entry.ts";
import type { RegistryEntry, ReportBody, UnsignedEntry } from "../src/registry/entry.ts";

export function newKey(): KeyObject {
  return generateKeyPairSync("ed25519").privateKey;
}

/** A well-formed entry of a tool that does not exist, signed. */
export function entryOf(
  more: Partial<Omit<UnsignedEntry, "report">> = {},
  privateKey: KeyObject = newKey(),
  report: Partial<ReportBody> = {},
): RegistryEntry {
  const unsigned: UnsignedEntry = {
    format: entryFormat,
    name: "tell-weather",
    summary: "Tell the weather of a place",
    homepage: "https://weather.example.org/",
    licence: "MIT",
    get: [{ kind: "npm", text: "npm install -g tell-weather" }],
    command: ["tell-weather", "today"],
    schemas: [{ name: "org.example.weather", versions: ["1.0.0", "1.1.0"] }],
    capabilities: { tool: "tell-weather", commands: [{ name: "today", summary: "Rain or sun" }] },
    ...more,
    report: digested({
      profile: "strict",
      linter_version: "0.1.0",
      tool_version: "1.2.3",
      linted_at: "2026-11-20T12:00:00.000Z",
      counts: { passed: 2, failed: 0, not_verified: 1 },
      verdicts: { "STR-001": "passed", "STR-002": "passed", "SIG-002": "not_verified" },
      ...report,
    }),
  };
  return signEntry(unsigned, privateKey);
}
