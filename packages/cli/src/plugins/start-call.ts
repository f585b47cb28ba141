import { isCodedError } from "@aomori/protocol";
import type { CodedError } from "@aomori/protocol";
import { isPlugin, startPlugin } from "@aomori/plugins/dispatch";
import type { PluginStart, SandboxChoice, StartOptions } from "@aomori/plugins/dispatch";
import { homeLayout } from "@aomori/system";
import type { EnvironmentRecord, HomeLayout } from "@aomori/system";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { readPluginSettings } from "./plugin-settings.ts";
import { sandboxChoice } from "./sandbox-choice.ts";

export interface PluginCall {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: EnvironmentRecord;
  readonly cwd: string;
  /** That of the configuration when absent. */
  readonly sandbox?: SandboxChoice;
  readonly deadlineMs?: number;
}

/** Whether a word is the name of a plugin that is here, in whatever state. */
export function isPluginName(word: string, env: EnvironmentRecord): boolean {
  return isPlugin(homeLayout(env).pluginsDirectory, word);
}

export type StartedCall =
  | { readonly kind: "started"; readonly options: StartOptions; readonly start: PluginStart }
  /** Where plugins lie, or how they are to be run, cannot be told. */
  | { readonly kind: "misconfigured"; readonly error: CodedError };

/** Starts the plugin of a call, before anything is loaded that only what it says needs. */
export async function startCall(call: PluginCall): Promise<StartedCall> {
  const { sandbox, ...rest } = call;
  try {
    const layout = homeLayout(call.env);
    const options: StartOptions = {
      ...rest,
      pluginsDirectory: layout.pluginsDirectory,
      // Most users have no such file, and are spared the reading of its format.
      sandbox:
        sandbox ?? (existsSync(layout.configFile) ? await configuredSandbox(layout) : "none"),
      privateDirectories: [layout.home, dirname(layout.configFile)],
    };
    return { kind: "started", options, start: await startPlugin(options) };
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return { kind: "misconfigured", error };
  }
}

async function configuredSandbox(layout: HomeLayout): Promise<SandboxChoice> {
  const settings = await readPluginSettings(layout);
  return sandboxChoice(settings("sandbox") ?? "none", "plugins.sandbox");
}
