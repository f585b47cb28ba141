import type { CommandHandler } from "@aomori/command";
import { resolve } from "node:path";
import { openStoreFor } from "../connection/store-access.ts";

export const handler: CommandHandler = {
  run: async (request) => {
    const file = resolve(request.context.cwd, String(request.input["file"]));
    await using store = await openStoreFor(request);
    return { file, ...(await store.importFrom(file)) };
  },
};
