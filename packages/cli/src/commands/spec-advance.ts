import type { CommandHandler } from "@aomori/command";
import { remoteHandler } from "../connection/remote-handler.ts";
import { specStatusText } from "../views/spec-status.ts";

export const handler: CommandHandler = remoteHandler("specs.advance", {
  sendsProviderKeys: true,
  view: { resource: specStatusText },
});
