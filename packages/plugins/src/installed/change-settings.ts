import { ioError } from "@aomori/system";
import type { PluginName } from "../names/names.ts";
import { changePlugin } from "./change-plugin.ts";
import { changeablePlugin } from "./changeable-plugin.ts";
import type { PluginsLayout } from "./plugin-layout.ts";
import type { LockOptions } from "./plugin-lock.ts";
import { readSettings, writeSettings } from "./settings.ts";
import type { PluginSettings } from "./settings.ts";

/** Lets a plugin run, or keeps it installed without running. */
export async function setEnabled(
  plugins: PluginsLayout,
  name: PluginName,
  enabled: boolean,
  options: LockOptions = {},
): Promise<PluginSettings> {
  return changeSettings(plugins, name, { enabled }, options);
}

/** Keeps a plugin at its version when all are upgraded, or lets it go on. */
export async function setPin(
  plugins: PluginsLayout,
  name: PluginName,
  pinned: boolean,
  options: LockOptions = {},
): Promise<PluginSettings> {
  return changeSettings(plugins, name, { pinned }, options);
}

async function changeSettings(
  plugins: PluginsLayout,
  name: PluginName,
  changed: Partial<Pick<PluginSettings, "enabled" | "pinned">>,
  options: LockOptions,
): Promise<PluginSettings> {
  return changePlugin(plugins, name, options, async ({ layout, journalled }) => {
    await changeablePlugin(plugins, name);
    const settings = { ...(await readSettings(layout)), ...changed };
    try {
      await journalled({ kind: "settings" }, () => writeSettings(layout, settings));
    } catch (error) {
      throw ioError(error, `cannot change the settings of plugin ${name}`);
    }
    return settings;
  });
}
