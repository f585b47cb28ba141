import type { CommandHandler } from "@aomori/command";

export const handler: CommandHandler = {
  run: async () => {
    const { loadRegistryKit } = await import("../registry/registry-kit.ts");
    return (await loadRegistryKit()).entrySchema();
  },
  view: { resource: (value) => `${JSON.stringify(value, null, 2)}\n` },
  defaultFormat: "json",
};
