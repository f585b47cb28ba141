import type { CommandHandler } from "@aomori/command";
import { Plan } from "@aomori/command";
import { openPluginsRoom } from "../plugins/open-plugins.ts";
import { installedFields } from "../plugins/plugin-fields.ts";
import { tellRolledBack } from "../plugins/tell-journal.ts";

export const handler: CommandHandler = {
  run: async (request) => {
    const room = await openPluginsRoom(request);
    const { kit, plugins, nameIn } = room;
    const name = nameIn("name");
    const present = await kit.requirePlugin(plugins, name);
    if (request.flags.dryRun) {
      return new Plan([
        { action: "rollback", target: name, from: present.path, to: present.previous ?? null },
      ]);
    }
    const record = await kit.rollbackPlugin(plugins, name, { signal: request.signal });
    await tellRolledBack(room, record, present.record.version);
    return installedFields(record);
  },
};
