import type { CommandHandler } from "@aomori/command";
import { lookAtPlugins } from "../plugins/open-plugins.ts";
import { infoText } from "../views/plugin.ts";

export const handler: CommandHandler = {
  run: async (request) => {
    const { kit, plugins, nameIn } = await lookAtPlugins(request);
    const { record, ...state } = await kit.requirePlugin(plugins, nameIn("name"));
    const { status, kind, pinned, path, previous } = state;
    return {
      ...record,
      status,
      kind,
      pinned,
      path,
      ...(previous === undefined ? {} : { previous }),
    };
  },
  view: { resource: infoText },
};
