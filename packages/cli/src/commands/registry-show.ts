import type { CommandHandler } from "@aomori/command";
import { openRegistry } from "../registry/open-registry.ts";
import { entryText } from "../registry/registry-views.ts";

export const handler: CommandHandler = {
  run: async (request) => {
    const { find } = await openRegistry(request);
    const { entry, origin, path } = find(String(request.input["name"]));
    return { ...entry, origin, path };
  },
  view: { resource: entryText },
};
