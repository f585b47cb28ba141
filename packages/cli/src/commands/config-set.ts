import type { CommandHandler } from "@aomori/command";
import { Plan } from "@aomori/command";
import { homeLayout, setConfigValue } from "@aomori/system";
import { configPath, configValueOf } from "../config-keys.ts";
import { normalUrl } from "../connection/connect.ts";

export const handler: CommandHandler = {
  run: async ({ input, context, flags }) => {
    const key = String(input["key"]);
    const path = configPath(key);
    const given = String(input["value"]);
    const value = configValueOf(path, key === "api-url" ? normalUrl(given, "api-url") : given);
    const { configFile } = homeLayout(context.env);
    if (flags.dryRun) return new Plan([{ action: "set", target: key, value, file: configFile }]);
    await setConfigValue(configFile, path, value);
    return { key, value, file: configFile };
  },
};
