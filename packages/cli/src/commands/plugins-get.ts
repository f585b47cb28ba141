import type { CommandHandler } from "@aomori/command";
import { lookAtPlugins } from "../plugins/open-plugins.ts";

/** As documented, a plugin that is not there is no failure here; `plugins info` is for those who want one. */
export const handler: CommandHandler = {
  run: async (request) => {
    const { kit, plugins, nameIn } = await lookAtPlugins(request);
    const found = await kit.getPlugin(plugins, nameIn("name"));
    return { plugin: found?.record ?? null };
  },
};
