import type { CommandHandler } from "@aomori/command";
import { Plan } from "@aomori/command";
import { homeLayout, setConfigValue } from "@aomori/system";
import { configPath } from "../config-keys.ts";

export const handler: CommandHandler = {
  run: async ({ input, context, flags }) => {
    const key = String(input["key"]);
    const path = configPath(key);
    const { configFile } = homeLayout(context.env);
    if (flags.dryRun) return new Plan([{ action: "unset", target: key, file: configFile }]);
    await setConfigValue(configFile, path, undefined);
    return { key, value: null, file: configFile };
  },
};
