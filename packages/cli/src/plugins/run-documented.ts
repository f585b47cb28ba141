import { createOutput } from "@aomori/protocol";
import { DocumentedStream } from "@aomori/plugins/dispatch";
import { runPluginHere } from "./run-plugin.ts";
import type { StartedCall } from "./start-call.ts";

/** Runs a plugin that was started as the whole process, with its documented stream. */
export async function runDocumented(started: StartedCall): Promise<number> {
  return await runPluginHere(started, new DocumentedStream(createOutput({ fd: 1 })));
}
