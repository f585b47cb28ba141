import type { CommandHandler } from "@aomori/command";
import { changeSettings } from "../plugins/change-settings.ts";

export const handler: CommandHandler = {
  run: (request) =>
    changeSettings(request, "enable", ({ kit, plugins }, name, options) =>
      kit.setEnabled(plugins, name, true, options),
    ),
};
