import type { CommandHandler } from "@aomori/command";
import { UserError } from "@aomori/protocol";
import { resolve } from "node:path";
import { lookAtPlugins } from "../plugins/open-plugins.ts";
import { readPluginSettings } from "../plugins/plugin-settings.ts";
import { textAt, textsAt } from "../wire/fields.ts";

export const handler: CommandHandler = {
  run: async (request) => {
    const { input, context } = request;
    const { kit, home } = await lookAtPlugins(request);
    const given = textAt(input, "index") ?? (await readPluginSettings(home))("index");
    if (given === undefined) {
      const message =
        'no index is configured; name a file with --index, or once for all with "aomori config set plugins.index FILE"';
      throw new UserError("config", "PLUGIN_INDEX_MISSING", message);
    }
    const index = await kit.readPluginIndex(resolve(context.cwd, given));
    return kit.searchPlugins(index, textsAt(input, "query").join(" "));
  },
};
