import type { CommandHandler } from "@aomori/command";

export const handler: CommandHandler = {
  run: async () => {
    const { apiDocument } = await import("../server-process.ts");
    return await apiDocument();
  },
  view: { resource: (value) => `${JSON.stringify(value, null, 2)}\n` },
  defaultFormat: "json",
};
