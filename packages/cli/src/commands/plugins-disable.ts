import type { CommandHandler } from "@aomori/command";
import { changeSettings } from "../plugins/change-settings.ts";

export const handler: CommandHandler = {
  run: (request) =>
    changeSettings(request, "disable", ({ kit, plugins }, name, options) =>
      kit.setEnabled(plugins, name, false, options),
    ),
};
