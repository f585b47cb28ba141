import type { CheckEvent } from "@aomori/protocol";
import { isCodedError } from "@aomori/protocol";
import { findExecutable } from "@aomori/system";
import { canonicalJson } from "./canonical-json.ts";
import type { DiscoveredTool, ToolOptions } from "./discover-tool.ts";
import { discoverTool } from "./discover-tool.ts";
import type { RegistryEntry, SchemaNames } from "./entry.ts";
import type { LintTool } from "./lint-port.ts";
import { commandNames, withCommands } from "./narrow-capabilities.ts";
import { isDigestTrue, isSignatureTrue } from "./signing.ts";

export interface VerifyOptions extends ToolOptions {
  /** Absent: the tool is not run at all. */
  readonly lint: LintTool | undefined;
}

/** One thing that was looked at; what could not be is `not_verified`, never passed. */
export interface EntryCheck extends CheckEvent {
  readonly entry: string;
  readonly verdict: "passed" | "failed" | "not_verified";
}

/** Holds an entry against itself, and against the tool where that is installed. */
export async function* verifyEntry(
  entry: RegistryEntry,
  options: VerifyOptions,
): AsyncGenerator<EntryCheck, void> {
  const say = sayingOf(entry);
  const { key_id } = entry.signature;
  yield isSignatureTrue(entry)
    ? say("signature", "passed", `signed by ${key_id}`)
    : say("signature", "failed", "the entry was changed after it was signed");
  yield isDigestTrue(entry.report)
    ? say("digest", "passed", entry.report.digest)
    : say("digest", "failed", "the report is not the one its digest was made of");
  const [program = ""] = entry.command;
  if (options.lint === undefined) {
    yield say("tool", "not_verified", "the tool was not run, as asked");
    return;
  }
  if (findExecutable(program, options.env["PATH"], options.cwd) === undefined) {
    yield say("tool", "not_verified", `${program} is not installed; ${entry.get[0]?.text ?? ""}`);
    return;
  }
  yield* toolChecks(entry, options.lint, options);
}

type Say = (part: string, verdict: EntryCheck["verdict"], detail: string) => EntryCheck;

function sayingOf({ name }: RegistryEntry): Say {
  return (part, verdict, detail) => ({
    type: "aoi:check",
    name: `${name} ${part}`,
    entry: name,
    ok: verdict === "passed",
    severity: verdict === "failed" ? "error" : "info",
    verdict,
    detail,
  });
}

async function* toolChecks(
  entry: RegistryEntry,
  lint: LintTool,
  options: ToolOptions,
): AsyncGenerator<EntryCheck, void> {
  const say = sayingOf(entry);
  let tool: DiscoveredTool;
  try {
    tool = await discoverTool(entry.command, options);
  } catch (error) {
    options.signal.throwIfAborted();
    if (!isCodedError(error)) throw error;
    yield say("tool", "failed", error.message);
    return;
  }
  yield versionCheck(entry, tool);
  const missing = missingSchemas(entry.schemas, tool.schemas);
  yield missing.length === 0
    ? say("schemas", "passed", entry.schemas.map(schemaText).join(", "))
    : say("schemas", "failed", `the installed tool does not speak ${missing.join(", ")}`);
  const { profile } = entry.report;
  const linted = await lint(entry.command, { ...options, profile });
  const lost = Object.entries(entry.report.verdicts)
    .filter(([id, verdict]) => verdict === "passed" && linted.verdicts[id] === "failed")
    .map(([id]) => id);
  if (!linted.conforms) yield say("lint", "failed", linted.failures.join("; "));
  else if (lost.length > 0) yield say("lint", "failed", `no longer passes ${lost.join(", ")}`);
  else yield say("lint", "passed", `profile ${profile}, aoi-lint ${linted.linterVersion}`);
}

/** An entry may be older than the tool: that is told, and proves nothing wrong. */
function versionCheck(entry: RegistryEntry, tool: DiscoveredTool): EntryCheck {
  const say = sayingOf(entry);
  const { tool_version: before } = entry.report;
  if (tool.toolVersion !== before) {
    const detail = `the entry is of ${before}, installed is ${tool.toolVersion}; submit it again`;
    return { ...say("tool", "not_verified", detail), severity: "warn" };
  }
  const now = withCommands(tool.capabilities, commandNames(entry.capabilities));
  if (canonicalJson(now) === canonicalJson(entry.capabilities)) {
    return say("tool", "passed", `${before}, with the capabilities of the entry`);
  }
  const detail = `${before}, with other capabilities than the entry's; submit it again`;
  return { ...say("tool", "not_verified", detail), severity: "warn" };
}

function missingSchemas(
  wanted: readonly SchemaNames[],
  spoken: readonly SchemaNames[],
): readonly string[] {
  return wanted.flatMap(({ name, versions }) => {
    const known = spoken.find((schema) => schema.name === name)?.versions ?? [];
    const gone = versions.filter((version) => !known.includes(version));
    return gone.map((version) => `${name}@${version}`);
  });
}

function schemaText({ name, versions }: SchemaNames): string {
  return `${name}@${versions.join(",")}`;
}
