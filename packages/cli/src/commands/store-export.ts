import type { CommandHandler } from "@aomori/command";
import { resolve } from "node:path";
import { openStoreFor, storeGraceMs } from "../connection/store-access.ts";

export const handler: CommandHandler = {
  graceMs: storeGraceMs,
  run: async (request) => {
    const file = resolve(request.context.cwd, String(request.input["file"]));
    await using store = await openStoreFor(request);
    return { file, ...(await store.exportTo(file)) };
  },
};
