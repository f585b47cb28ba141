import { exitCodes, installProcessHooks } from "@aomori/protocol";
import { dispatchPlugin } from "@aomori/plugins/dispatch";
import type { HostStream } from "@aomori/plugins/dispatch";
import { launch } from "../connection/launch.ts";
import { coreCommands } from "../derived/core-commands.ts";
import { version } from "../identity.ts";
import type { StartedCall } from "./start-call.ts";

/** From a signal to the forced end of the host. */
const graceMs = 5000;

/**
 * Runs a plugin that was started as the whole process: its stream is this process's standard output, signals stop it. Resolves
 * with the exit status. Nothing here is the kernel's, because every run of a plugin pays for what is loaded.
 */
export async function runPluginHere(started: StartedCall, stream: HostStream): Promise<number> {
  const stopped = new AbortController();
  using _hooks = installProcessHooks({
    stream,
    graceMs,
    onSignal: (signal) => {
      stopped.abort(signal);
      return "stopping";
    },
  });
  return await runPlugin(started, stream, stopped.signal);
}

/** Runs a plugin that was started into a stream, which is ended whatever happens; resolves with the exit status. */
export async function runPlugin(
  started: StartedCall,
  stream: HostStream,
  signal: AbortSignal,
): Promise<number> {
  if (started.kind === "misconfigured") {
    const exitCode = exitCodes[started.error.category];
    await stream.end({ exitCode, error: started.error });
    return exitCode;
  }
  return await dispatchPlugin(started.start, {
    ...started.options,
    stream,
    identity: { toolVersion: version },
    // What a plugin asked for is answered in events, line by line.
    host: { file: process.execPath, flags: [...launch.flags, launch.file, "--format", "jsonl"] },
    coreCommands,
    signal,
  });
}
