import { UserError } from "@aomori/protocol";
import type { PluginName } from "../names/names.ts";
import { namesIn } from "./durable-files.ts";
import { inspectPlugin } from "./inspect-plugin.ts";
import type { PluginState } from "./plugin-state.ts";
import { pluginNotManaged } from "./plugin-errors.ts";
import { pluginKey } from "./plugin-layout.ts";
import type { PluginsLayout } from "./plugin-layout.ts";
import type { PluginOrigin } from "./plugin-record.ts";
import { pluginName } from "./record-schema.ts";

export type InstallMode = "install" | "upgrade";

export interface WantedName {
  readonly mode: InstallMode;
  /** `owner/repository`; absent for a linked plugin. */
  readonly repository?: string | undefined;
}

/**
 * Refuses a name that is taken: NAME_TAKEN when another repository's plugin has it or one that differs by case alone,
 * ALREADY_INSTALLED when it is there and no upgrade was asked for, PLUGIN_NOT_MANAGED for an upgrade of what was put there by hand. Asked
 * again under the plugin's lock; to ask before anything is fetched saves the fetching.
 */
export async function refuseTakenName(
  plugins: PluginsLayout,
  name: PluginName,
  wanted: WantedName,
): Promise<void> {
  const twin = await differentCase(plugins, name);
  if (twin !== undefined) {
    throw nameTaken(
      name,
      `plugin ${twin.name} is installed and differs by upper and lower case alone`,
    );
  }
  const present = await inspectPlugin(plugins, name);
  if (present === undefined) return;
  if (present.status === "broken") {
    if (wanted.mode === "upgrade") return;
    throw alreadyInstalled(name, `it is there but broken: ${present.reason}`);
  }
  if (present.kind === "by_hand") {
    const notManaged = pluginNotManaged(name, present.path);
    throw wanted.mode === "install" ? installedByHand(notManaged) : notManaged;
  }
  const { origin, version } = present.record;
  const from = repositoryOf(origin);
  const to = wanted.repository;
  if (from !== undefined && to !== undefined && from.toLowerCase() !== to.toLowerCase()) {
    throw nameTaken(name, `it is the name of the plugin installed from ${from}, not from ${to}`);
  }
  if (wanted.mode === "install") throw alreadyInstalled(name, `version ${version} is there`);
}

/** An installed plugin whose name is the same on file systems that do not tell case apart. */
async function differentCase(
  plugins: PluginsLayout,
  name: PluginName,
): Promise<PluginState | undefined> {
  const key = pluginKey(name);
  for (const present of await namesIn(plugins.directory)) {
    const other = pluginName.safeParse(present.replace(/\.json$/, ""));
    if (!other.success || other.data === name || pluginKey(other.data) !== key) continue;
    const state = await inspectPlugin(plugins, other.data);
    if (state !== undefined) return state;
  }
  return undefined;
}

export const repositoryOf = (origin: PluginOrigin): string | undefined =>
  origin.kind === "github" ? `${origin.owner}/${origin.repository}` : undefined;

function nameTaken(name: PluginName, why: string): UserError {
  return new UserError(
    "conflict",
    "NAME_TAKEN",
    `plugin ${name} cannot be installed: ${why}; give it another name with --as NAME, or uninstall that one`,
    { details: { name } },
  );
}

/** There too, but no upgrade replaces it. */
function installedByHand(notManaged: UserError): UserError {
  return new UserError("conflict", "ALREADY_INSTALLED", notManaged.message, {
    cause: notManaged,
    details: { ...notManaged.details, reason: notManaged.code },
  });
}

function alreadyInstalled(name: PluginName, what: string): UserError {
  return new UserError(
    "conflict",
    "ALREADY_INSTALLED",
    `plugin ${name} is already installed: ${what}; replace it with --upgrade`,
    { details: { name } },
  );
}
