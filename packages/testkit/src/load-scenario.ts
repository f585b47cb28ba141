import { readFile } from "node:fs/promises";
import { UserError } from "@aomori/protocol";
import type * as z from "zod";
import { Scenario } from "./scenario.ts";

const shownIssues = 10;

function pathText(path: readonly PropertyKey[]): string {
  return path.length === 0
    ? "(top level)"
    : path
        .map((part, index) =>
          typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${String(part)}`,
        )
        .join("");
}

function issueLines(error: z.ZodError): string[] {
  const lines = error.issues.map((issue) => `${pathText(issue.path)}: ${issue.message}`);
  const more = lines.length - shownIssues;
  return more > 0 ? [...lines.slice(0, shownIssues), `and ${more} more`] : lines;
}

/** Checks a scenario already read; `source` names it in the message. Throws `UserError` SCENARIO_INVALID. */
export function parseScenario(value: unknown, source: string): Scenario {
  const parsed = Scenario.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = issueLines(parsed.error);
  throw new UserError(
    "validation",
    "SCENARIO_INVALID",
    `scenario ${source} is not valid:\n  ${issues.join("\n  ")}\nthe format is in packages/testkit/README.md`,
    { cause: parsed.error, details: { source, issues } },
  );
}

/**
 * Reads a scenario file.
 * Throws `UserError` SCENARIO_UNREADABLE (no such file, not readable) or SCENARIO_INVALID (not JSON, wrong shape).
 */
export async function loadScenario(
  file: string | URL,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Scenario> {
  const source = file instanceof URL ? file.pathname : file;
  let text: string;
  try {
    text = await readFile(file, { encoding: "utf8", signal: options.signal });
  } catch (cause) {
    options.signal?.throwIfAborted();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(
      "io",
      "SCENARIO_UNREADABLE",
      `scenario ${source} cannot be read: ${reason}; check the path`,
      { cause },
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(
      "validation",
      "SCENARIO_INVALID",
      `scenario ${source} is not JSON: ${reason}`,
      { cause },
    );
  }
  return parseScenario(value, source);
}
