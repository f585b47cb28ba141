import type { CommandHandler } from "@aomori/command";
import { remoteHandler } from "../connection/remote-handler.ts";
import { paged } from "../pager.ts";
import { resultText } from "../views/diff.ts";

export const handler: CommandHandler = paged(remoteHandler("tasks.get_result").run, resultText);
