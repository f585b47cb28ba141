import type { CommandHandler } from "@aomori/command";
import { apiDocument } from "../server-process.ts";

export const handler: CommandHandler = {
  run: apiDocument,
  view: { resource: (value) => `${JSON.stringify(value, null, 2)}\n` },
  defaultFormat: "json",
};
