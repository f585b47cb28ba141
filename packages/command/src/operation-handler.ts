import type { Operation, Schema, SchemaIssue, SchemaOutput } from "@aomori/operation";
import { UserError } from "@aomori/protocol";
import type { CommandHandler, CommandRequest } from "./command-handler.ts";

/**
 * A handler in this process for an operation's command: its input is parsed by the operation's own schema,
 * defaults filled in. Throws `INVALID_INPUT` (validation) with every field that does not fit.
 */
export function operationHandler<Input extends Schema>(
  operation: Operation<string, Input>,
  run: (input: SchemaOutput<Input>, request: CommandRequest) => unknown,
  more: Omit<CommandHandler, "run"> = {},
): CommandHandler {
  const { validate } = operation.input["~standard"];
  return {
    ...more,
    run: async (request) => {
      const parsed = await validate(request.input);
      if (parsed.issues === undefined) return await run(parsed.value, request);
      const message = parsed.issues.map(issueText).join("; ");
      throw new UserError("validation", "INVALID_INPUT", message);
    },
  };
}

function issueText({ path = [], message }: SchemaIssue): string {
  const at = path.map((step) => String(typeof step === "object" ? step.key : step)).join(".");
  return at === "" ? message : `${at}: ${message}`;
}
