import type { CommandHandler } from "@aomori/command";
import { listRuns } from "@aomori/plugins/dispatch";
import { homeLayout } from "@aomori/system";
import { textAt } from "../wire/fields.ts";

const defaultLimit = 100;

export const handler: CommandHandler = {
  run: async ({ input, flags, context }) => {
    const plugin = textAt(input, "plugin");
    const { runs, total, next_cursor } = await listRuns(homeLayout(context.env).pluginsDirectory, {
      limit: flags.limit ?? defaultLimit,
      ...(flags.cursor === undefined ? {} : { cursor: flags.cursor }),
      ...(plugin === undefined ? {} : { plugin }),
    });
    return { items: runs, total, next_cursor: next_cursor ?? null };
  },
};
