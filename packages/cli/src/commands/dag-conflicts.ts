import type { CommandHandler } from "@aomori/command";
import { remoteHandler } from "../connection/remote-handler.ts";
import { conflictsText } from "../views/conflicts.ts";

export const handler: CommandHandler = remoteHandler("dag.conflicts", {
  view: { resource: conflictsText },
});
