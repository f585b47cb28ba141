import type { CommandHandler } from "@aomori/command";
import { lookAtPlugins } from "../plugins/open-plugins.ts";
import { stateFields } from "../plugins/plugin-fields.ts";

const defaultLimit = 100;

export const handler: CommandHandler = {
  run: async (request) => {
    const { input, flags } = request;
    const { kit, plugins } = await lookAtPlugins(request);
    const { offset, all, viewers } = input;
    const page = await kit.listPlugins(plugins, {
      limit: flags.limit ?? (all === true ? Number.POSITIVE_INFINITY : defaultLimit),
      ...(typeof offset === "number" ? { offset } : {}),
      ...(flags.cursor === undefined ? {} : { cursor: flags.cursor }),
      viewersOnly: viewers === true,
    });
    const { total, next_cursor } = page;
    const items = page.plugins.map((state) =>
      viewers === true ? { name: state.name } : stateFields(state),
    );
    return { items, next_cursor, total };
  },
};
