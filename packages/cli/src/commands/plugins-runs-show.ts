import type { CommandHandler } from "@aomori/command";
import { showRun } from "@aomori/plugins/dispatch";
import { homeLayout } from "@aomori/system";

export const handler: CommandHandler = {
  run: ({ input, context }) =>
    showRun(homeLayout(context.env).pluginsDirectory, String(input["id"])),
};
