import type { CommandHandler } from "@aomori/command";
import { Plan } from "@aomori/command";
import { openPluginsRoom } from "../plugins/open-plugins.ts";
import { tellUninstalled } from "../plugins/tell-journal.ts";

export const handler: CommandHandler = {
  run: async (request) => {
    const { input, flags, signal } = request;
    const room = await openPluginsRoom(request);
    const { kit, plugins, nameIn } = room;
    const name = nameIn("name");
    const purgeData = input["purge_data"] === true;
    const state = await kit.inspectPlugin(plugins, name);
    if (state === undefined) throw kit.pluginNotFound(name);
    if (flags.dryRun) {
      const data = purgeData
        ? [{ action: "remove", target: kit.pluginLayout(plugins, name).directory }]
        : [];
      return new Plan([{ action: "uninstall", target: name, path: state.path }, ...data]);
    }
    await kit.uninstallPlugin(plugins, name, { purgeData, signal });
    if (state.status !== "broken") await tellUninstalled(room, state.record, purgeData);
    return { uninstalled: true, name, purged_data: purgeData };
  },
};
