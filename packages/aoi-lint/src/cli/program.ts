import type { CommandContext, Program, ProgramIdentity } from "@aomori/command";
import { parseArguments, runProgram } from "@aomori/command";
import { isCodedError } from "@aomori/protocol";
import { linterVersion } from "../version.ts";
import { lintSpec } from "./command.ts";
import { lintHandler } from "./handler.ts";

export const identity: ProgramIdentity = {
  name: "aoi-lint",
  version: linterVersion,
  schemaName: "dev.aomori.lint.events",
  schemaVersion: "1.0.0",
  summary: "Prove that a command speaks AOI-CLI",
};

/** Runs the linter as a command line; resolves with the exit status. */
export async function runLintProgram(
  argv: readonly string[],
  context: CommandContext,
): Promise<number> {
  const options = { isTty: context.stdout.isTty, reports: reportsOnStdout(argv) };
  const program: Program = {
    commands: [{ name: lintSpec.name, summary: lintSpec.summary, isProgram: true }],
    load: async () => Promise.resolve({ spec: lintSpec, handler: lintHandler(options) }),
    loadSpecs: async () => Promise.resolve([lintSpec]),
    loadChecks: async () => (await import("./doctor.ts")).doctorChecks,
  };
  return await runProgram(program, argv, context);
}

/** Decides the format before the command runs; arguments that do not parse are told by the kernel. */
function reportsOnStdout(argv: readonly string[]): boolean {
  try {
    const { input } = parseArguments(lintSpec, argv);
    return input["report"] !== undefined && input["report_file"] === undefined;
  } catch (error) {
    if (isCodedError(error)) return false;
    throw error;
  }
}
