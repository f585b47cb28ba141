import { UserError } from "@aomori/protocol";
import type { EnvironmentRecord } from "@aomori/system";
import { isRecord, runChild } from "@aomori/system";
import type { SchemaNames } from "./entry.ts";

const discoveryDeadlineMs = 30_000;
const maxDocumentBytes = 4 * 1024 * 1024;

/** What a tool says of itself. */
export interface DiscoveredTool {
  readonly toolVersion: string;
  readonly schemas: readonly SchemaNames[];
  readonly capabilities: Readonly<Record<string, unknown>>;
}

/** Where and how long a tool is run. */
export interface ToolOptions {
  readonly cwd: string;
  /** The caller's; its PATH is where tools are looked for. */
  readonly env: EnvironmentRecord;
  readonly signal: AbortSignal;
}

/**
 * Asks a tool for its capabilities document (`TOOL capabilities --output json`).
 * Throws COMMAND_NOT_FOUND, or TOOL_NOT_DISCOVERABLE (validation) with what it answered instead.
 */
export async function discoverTool(
  command: readonly string[],
  { cwd, env, signal }: ToolOptions,
): Promise<DiscoveredTool> {
  const [tool = ""] = command;
  const asked = `${tool} capabilities --output json`;
  const { exitCode, stdout, stdoutTruncated } = await runChild(
    [tool, "capabilities", "--output", "json"],
    {
      cwd,
      signal,
      env: { PATH: env["PATH"] },
      deadlineMs: discoveryDeadlineMs,
      maxOutputBytes: maxDocumentBytes,
    },
  );
  if (exitCode !== 0) {
    throw undiscoverable(asked, `ended with ${exitCode ?? "a signal"}`);
  }
  if (stdoutTruncated) throw undiscoverable(asked, `printed more than ${maxDocumentBytes} bytes`);
  const capabilities = documentOf(stdout, asked);
  const { tool_version: toolVersion, schemas } = capabilities;
  if (typeof toolVersion !== "string") throw undiscoverable(asked, "printed no tool_version");
  const named = Array.isArray(schemas) ? schemas.map(schemaNames) : [];
  const known = named.filter((schema) => schema !== undefined);
  if (known.length === 0 || known.length < named.length) {
    throw undiscoverable(asked, 'printed no "schemas" with name and versions each');
  }
  return { toolVersion, schemas: known, capabilities };
}

function documentOf(text: string, asked: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw undiscoverable(asked, "printed no single JSON document", error);
  }
  if (isRecord(value)) return value;
  throw undiscoverable(asked, "printed JSON that is no object");
}

function schemaNames(value: unknown): SchemaNames | undefined {
  if (!isRecord(value)) return undefined;
  const { name, versions } = value;
  if (typeof name !== "string" || !Array.isArray(versions)) return undefined;
  const texts = versions.filter((version) => typeof version === "string");
  return texts.length === versions.length && texts.length > 0
    ? { name, versions: texts }
    : undefined;
}

function undiscoverable(asked: string, what: string, cause?: unknown): UserError {
  return new UserError(
    "validation",
    "TOOL_NOT_DISCOVERABLE",
    `"${asked}" ${what}; a tool in the registry answers it with one JSON object`,
    { cause },
  );
}
