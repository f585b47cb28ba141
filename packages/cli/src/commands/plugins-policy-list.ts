import type { CommandHandler } from "@aomori/command";
import { lookAtPlugins } from "../plugins/open-plugins.ts";
import { policyFiles, rowFields } from "../plugins/policy-files.ts";

export const handler: CommandHandler = {
  run: async (request) => {
    const { kit, home } = await lookAtPlugins(request);
    const { rows } = await kit.readPolicy(policyFiles(home, request.context));
    return rows.map(({ row, place }) => rowFields(row, place));
  },
};
