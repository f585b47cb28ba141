import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { isPluginName, startCall } from "../plugins/start-call.ts";
import type { PluginCall } from "../plugins/start-call.ts";

/** Runs the plugin that the first word names; undefined where there is none, and the word is for the whole program. */
export function main([name = "", ...args]: readonly string[]): Promise<number> | undefined {
  const { env } = process;
  if (!isPluginName(name, env)) return undefined;
  return run({ name, args, env, cwd: process.cwd() });
}

/**
 * What reads the plugin's lines is a bundle of its own, loaded while the plugin starts, and compiled once: Node keeps what it
 * compiled beside the plugins, and does without where it cannot.
 */
async function run(call: PluginCall): Promise<number> {
  const started = await startCall(call);
  if (started.kind === "started") {
    enableCompileCache(join(started.options.pluginsDirectory, ".compiled"));
  }
  const { runDocumented } = await import("../plugins/run-documented.ts");
  return await runDocumented(started);
}
