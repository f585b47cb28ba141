import type { CommandHandler } from "@aomori/command";
import { changeSettings } from "../plugins/change-settings.ts";

export const handler: CommandHandler = {
  run: (request) => {
    const pinned = request.input["remove"] !== true;
    return changeSettings(request, pinned ? "pin" : "unpin", ({ kit, plugins }, name, options) =>
      kit.setPin(plugins, name, pinned, options),
    );
  },
};
