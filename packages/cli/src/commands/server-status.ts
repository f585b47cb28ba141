import type { CommandHandler } from "@aomori/command";
import { homeLayout } from "@aomori/system";
import { serverState } from "../connection/server-state.ts";
import { serverText } from "../views/server.ts";

export const handler: CommandHandler = {
  run: (request) => serverState(homeLayout(request.context.env), request),
  view: { resource: serverText },
};
