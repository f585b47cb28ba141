import { UserError } from "@aomori/protocol";
import type { HomeLayout } from "@aomori/system";
import { configValue, readConfig } from "@aomori/system";
import type { PluginKey } from "../config-keys.ts";

/** One value of the table `plugins`; undefined when it is not set. Throws `CONFIG_VALUE_INVALID` for one that is no text. */
export type PluginSettings = (key: PluginKey) => string | undefined;

export async function readPluginSettings(layout: HomeLayout): Promise<PluginSettings> {
  const config = await readConfig(layout.configFile);
  return (key) => {
    const value = configValue(config, ["plugins", key]);
    if (value === undefined || typeof value === "string") return value;
    throw new UserError(
      "config",
      "CONFIG_VALUE_INVALID",
      `plugins.${key} in ${layout.configFile} is no text; set it with "aomori config set plugins.${key} VALUE"`,
    );
  };
}
