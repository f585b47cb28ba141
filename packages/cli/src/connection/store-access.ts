import type { CommandRequest } from "@aomori/command";
import { UserError } from "@aomori/protocol";
import { homeLayout, readServerInfo } from "@aomori/system";
import type { OpenedStore } from "../server-process.ts";
import { localUrl } from "./local-server.ts";

/** From a signal on, a store that is being opened has this long to open and to be closed again. */
export const storeGraceMs = 10_000;

/**
 * The store of this home, opened in this process. Throws `SERVER_RUNNING`: a store has one owner; and the reason of `signal`,
 * once the store is closed again.
 */
export async function openStoreFor({
  context,
  prose,
  signal,
}: CommandRequest): Promise<OpenedStore> {
  const layout = homeLayout(context.env);
  const info = await readServerInfo(layout.serverInfoFile);
  if (info !== undefined) {
    throw new UserError(
      "conflict",
      "SERVER_RUNNING",
      `the local server (process ${info.pid}, ${localUrl(info)}) has the store open; stop it first with "aomori server stop"`,
    );
  }
  const { openStoreHere } = await import("../server-process.ts");
  const databaseUrl = context.env["AOMORI_DATABASE_URL"] || undefined;
  signal.throwIfAborted();
  const store = await openStoreHere(layout, databaseUrl, (message) => prose.debug(message));
  if (signal.aborted) {
    await store[Symbol.asyncDispose]();
    signal.throwIfAborted();
  }
  return store;
}
