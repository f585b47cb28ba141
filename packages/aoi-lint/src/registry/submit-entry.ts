import { UserError } from "@aomori/protocol";
import type { KeyObject } from "node:crypto";
import type { ToolOptions } from "./discover-tool.ts";
import { discoverTool } from "./discover-tool.ts";
import { entryPatterns } from "./entry-schema.ts";
import { ofCommand } from "./narrow-capabilities.ts";
import { entryFormat } from "./entry.ts";
import type { Origin, RegistryEntry, RuleVerdict, UnsignedEntry } from "./entry.ts";
import type { LintTool } from "./lint-port.ts";
import { parseEntry } from "./parse-entry.ts";
import { digested, signEntry } from "./signing.ts";

/** What nobody can read off a tool. */
export interface Description {
  readonly name: string;
  readonly summary: string;
  readonly homepage?: string;
  readonly licence: string;
  readonly get: readonly Origin[];
}

export interface SubmitOptions extends ToolOptions {
  readonly profile: string;
  readonly lint: LintTool;
  /** Asked for once there is something to sign. */
  readonly privateKey: () => Promise<KeyObject>;
  readonly now: Date;
  /** Keep of the capabilities the linted command alone: for one command of a large tool. */
  readonly commandOnly?: boolean;
}

/**
 * Lints a tool and makes its signed entry; writes nothing. Throws TOOL_DOES_NOT_CONFORM (validation) with what failed,
 * and what `discoverTool` throws.
 */
export async function makeEntry(
  command: readonly string[],
  description: Description,
  options: SubmitOptions,
): Promise<RegistryEntry> {
  if (!new RegExp(entryPatterns.name).test(description.name)) {
    throw new UserError(
      "usage",
      "ENTRY_NAME_INVALID",
      `${JSON.stringify(description.name)} cannot be a file's name everywhere; use small letters, digits, dots and dashes`,
    );
  }
  const { profile, lint, privateKey, now } = options;
  const tool = await discoverTool(command, options);
  const linted = await lint(command, options);
  if (!linted.conforms) throw doesNotConform(command, profile, linted.failures);
  const entry: UnsignedEntry = {
    format: entryFormat,
    ...description,
    command,
    schemas: tool.schemas,
    capabilities:
      options.commandOnly === true ? ofCommand(tool.capabilities, command) : tool.capabilities,
    report: digested({
      profile,
      linter_version: linted.linterVersion,
      tool_version: tool.toolVersion,
      linted_at: now.toISOString(),
      counts: countsOf(linted.verdicts),
      verdicts: linted.verdicts,
    }),
  };
  // What is published is what a reader accepts: the same parser looks at it first.
  return parseEntry(JSON.stringify(signEntry(entry, await privateKey())), "the new entry");
}

function countsOf(
  verdicts: Readonly<Record<string, RuleVerdict>>,
): Readonly<Record<RuleVerdict, number>> {
  const counts = { passed: 0, failed: 0, not_verified: 0 };
  for (const verdict of Object.values(verdicts)) counts[verdict] += 1;
  return counts;
}

function doesNotConform(
  command: readonly string[],
  profile: string,
  failures: readonly string[],
): UserError {
  const shown = failures.slice(0, 5).join("; ");
  const more = failures.length > 5 ? ` and ${failures.length - 5} more` : "";
  return new UserError(
    "validation",
    "TOOL_DOES_NOT_CONFORM",
    `${command.join(" ")} fails profile ${profile}: ${shown}${more}; see "aoi-lint --profile ${profile} -- ${command.join(" ")}"`,
    { details: { failures } },
  );
}
