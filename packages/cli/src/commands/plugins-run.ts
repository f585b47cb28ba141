import type { CommandHandler, CommandRequest } from "@aomori/command";
import { createHostStream } from "@aomori/plugins/dispatch";
import type { Output } from "@aomori/protocol";
import { identity } from "../identity.ts";
import { pluginEvents } from "../plugins/plugin-events.ts";
import { startCall } from "../plugins/start-call.ts";
import type { PluginCall } from "../plugins/start-call.ts";
import { runPluginHere } from "../plugins/run-plugin.ts";
import { sandboxChoice } from "../plugins/sandbox-choice.ts";
import { textsAt } from "../wire/fields.ts";

export const handler: CommandHandler = {
  takeOver: ({ input, flags, context }) => {
    const { format = "documented" } = flags;
    // The documented stream ends with its plugin; whoever wants less of it asks for events.
    if ((format !== "documented" && format !== "jsonl") || flags.limit !== undefined) {
      return undefined;
    }
    return runAsProcess(callOf({ input, flags, context }), format, context.stdout.output);
  },
  run: (request) => pluginEvents(callOf(request), request.context.stdout.output, request.signal),
  graceMs: 5000,
};

async function runAsProcess(
  call: PluginCall,
  format: "documented" | "jsonl",
  output: Output,
): Promise<number> {
  const started = await startCall(call);
  const { name: tool, version: toolVersion, schemaName, schemaVersion } = identity;
  const stream = createHostStream({
    format,
    output,
    identity: { tool, toolVersion, schemaName, schemaVersion, command: "plugins run" },
    args: [call.name, ...call.args],
  });
  return await runPluginHere(started, stream);
}

function callOf({
  input,
  flags,
  context,
}: Pick<CommandRequest, "input" | "flags" | "context">): PluginCall {
  const { sandbox } = input;
  return {
    name: String(input["name"]),
    args: textsAt(input, "arguments"),
    env: context.env,
    cwd: context.cwd,
    ...(typeof sandbox === "string" ? { sandbox: sandboxChoice(sandbox, "--sandbox") } : {}),
    ...(flags.timeoutMs === undefined ? {} : { deadlineMs: flags.timeoutMs }),
  };
}
