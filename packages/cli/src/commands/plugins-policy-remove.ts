import type { CommandHandler } from "@aomori/command";
import { Plan } from "@aomori/command";
import { lookAtPlugins } from "../plugins/open-plugins.ts";
import { policyFiles, rowFields, rowPlace } from "../plugins/policy-files.ts";

export const handler: CommandHandler = {
  run: async (request) => {
    const { input, flags, context } = request;
    const { kit, home } = await lookAtPlugins(request);
    const { file, list, index } = rowPlace(String(input["id"]), policyFiles(home, context));
    if (flags.dryRun) {
      return new Plan([{ action: "remove", target: file.path, effect: list, index }]);
    }
    const row = await kit.removePolicyRow(file, list, index);
    return { ...rowFields(row, { ...file, list, index }), removed: true };
  },
};
