import type { CommandHandler } from "@aomori/command";
import { remoteHandler } from "../connection/remote-handler.ts";

export const handler: CommandHandler = remoteHandler("specs.artifacts", { isList: true });
