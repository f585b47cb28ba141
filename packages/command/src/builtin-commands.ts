import { UserError, didYouMean } from "@aomori/protocol";
import { shells } from "./builtin-specs.ts";
import type { CommandHandler, CommandRequest } from "./command-handler.ts";
import type { CommandSpec } from "./command-spec.ts";
import { completionScript } from "./completion.ts";
import { capabilitiesDocument, schemaDocument } from "./discovery.ts";
import { doctorHandler } from "./doctor.ts";
import type { Program } from "./program.ts";
import { specsOf } from "./program.ts";

const json = { resource: (value: unknown) => `${JSON.stringify(value, null, 2)}\n` };

/** The handler of a built-in command; a module of its own, because most runs need none of them. */
export async function builtinHandler(name: string, program: Program): Promise<CommandHandler> {
  switch (name) {
    case "doctor":
      return doctorHandler((await program.loadChecks?.()) ?? []);
    case "capabilities":
      return {
        run: async ({ context }) => capabilitiesDocument(context.program, await specsOf(program)),
        view: json,
      };
    case "schema":
      return {
        run: async (request) =>
          schemaDocument(request.context.program, chosen(request, await specsOf(program))),
        view: json,
      };
    case "completion":
      return {
        run: async ({ input, context }) => {
          const shell = shells.find((known) => known === input["shell"]) ?? "bash";
          return {
            shell,
            script: completionScript(
              shell,
              context.program.name,
              await specsOf(program),
              program.external?.completion,
            ),
          };
        },
        view: { resource: scriptOf },
        defaultFormat: "table",
      };
    case "mcp":
      return { run: serveHere };
    default:
      throw new TypeError(`no built-in command ${name}`);
  }
}

/** Reached only from within another server: on a command line the kernel serves in its place. */
function serveHere(): never {
  const message =
    "mcp takes standard input and output for itself; start it as a process of its own";
  throw new UserError("usage", "NOT_A_COMMAND", message);
}

function chosen(request: CommandRequest, specs: readonly CommandSpec[]): readonly CommandSpec[] {
  const { command } = request.input;
  if (typeof command !== "string") return specs;
  const found = specs.filter((spec) => spec.name === command);
  if (found.length > 0) return found;
  const names = specs.map((spec) => spec.name);
  const hint = didYouMean(command, names);
  throw new UserError("not_found", "COMMAND_NOT_FOUND", `there is no command "${command}".${hint}`);
}

function scriptOf(value: unknown): string {
  return typeof value === "object" && value !== null && "script" in value
    ? String(value.script)
    : "";
}
