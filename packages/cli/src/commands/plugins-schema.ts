import type { CommandHandler } from "@aomori/command";
import { lookAtPlugins } from "../plugins/open-plugins.ts";

export const handler: CommandHandler = {
  run: async (request) => (await lookAtPlugins(request)).kit.manifestJsonSchema(),
};
