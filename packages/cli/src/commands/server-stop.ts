import type { CommandHandler } from "@aomori/command";
import { homeLayout, readServerInfo } from "@aomori/system";
import { stopLocalServer } from "../connection/server-lifecycle.ts";
import { serverState } from "../connection/server-state.ts";
import { serverText } from "../views/server.ts";

export const handler: CommandHandler = {
  run: async (request) => {
    const layout = homeLayout(request.context.env);
    const info = await readServerInfo(layout.serverInfoFile);
    if (info !== undefined) await stopLocalServer(layout, info, request);
    return await serverState(layout, request);
  },
  view: { resource: serverText },
};
