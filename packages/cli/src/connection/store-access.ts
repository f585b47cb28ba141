import type { CommandRequest } from "@aomori/command";
import { UserError } from "@aomori/protocol";
import { homeLayout, readServerInfo } from "@aomori/system";
import type { OpenedStore } from "../server-process.ts";
import { localUrl } from "./local-server.ts";

/** The store of this home, opened in this process. Throws `SERVER_RUNNING`: a store has one owner. */
export async function openStoreFor({ context, prose }: CommandRequest): Promise<OpenedStore> {
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
  return await openStoreHere(layout, databaseUrl, (message) => prose.debug(message));
}
