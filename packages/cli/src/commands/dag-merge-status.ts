import type { CommandHandler } from "@aomori/command";
import { remoteHandler } from "../connection/remote-handler.ts";
import { mergeStatusText } from "../views/merge-status.ts";

export const handler: CommandHandler = remoteHandler("dag.merge_status", {
  view: { resource: mergeStatusText },
});
