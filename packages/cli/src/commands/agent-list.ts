import type { CommandHandler } from "@aomori/command";
import { remoteHandler } from "../connection/remote-handler.ts";
import { agentTable } from "../views/agent-table.ts";

export const handler: CommandHandler = remoteHandler("agents.list", {
  view: { page: (agents, terminal) => agentTable(agents, terminal, Date.now()) },
});
