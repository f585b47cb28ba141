import { rm } from "node:fs/promises";
import { ioError } from "@aomori/system";
import type { PluginName } from "../names/names.ts";
import { changePlugin } from "./change-plugin.ts";
import { changeablePlugin } from "./changeable-plugin.ts";
import { syncDirectory } from "./durable-files.ts";
import type { PluginsLayout } from "./plugin-layout.ts";
import type { LockOptions } from "./plugin-lock.ts";

export interface UninstallOptions extends LockOptions {
  /** Removes what the plugin's own program has put into its directory too. */
  readonly purgeData: boolean;
}

/**
 * Uninstalls a plugin, also a broken one: once its `current` link is gone it is not installed. A version that a run still
 * uses goes when a later change or recovery finds the run ended.
 */
export async function uninstallPlugin(
  plugins: PluginsLayout,
  name: PluginName,
  { purgeData, ...options }: UninstallOptions,
): Promise<void> {
  await changePlugin(plugins, name, options, async ({ layout, journalled }) => {
    await changeablePlugin(plugins, name);
    try {
      await journalled({ kind: "uninstall", purge_data: purgeData }, async () => {
        await rm(layout.currentLink, { force: true });
        await syncDirectory(layout.directory);
      });
    } catch (error) {
      throw ioError(error, `cannot uninstall plugin ${name}`);
    }
  });
}
