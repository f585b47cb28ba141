import type { CommandHandler, CommandRequest } from "@aomori/command";
import { Plan } from "@aomori/command";
import type { PolicyRow } from "@aomori/plugins";
import { lookAtPlugins } from "../plugins/open-plugins.ts";
import { policyFiles, rowFields } from "../plugins/policy-files.ts";
import { textAt } from "../wire/fields.ts";

export const handler: CommandHandler = {
  run: async (request) => {
    const { input, flags, context } = request;
    const { kit, home } = await lookAtPlugins(request);
    const scope = textAt(input, "place") ?? "user";
    const file = policyFiles(home, context).find((each) => each.scope === scope);
    if (file === undefined) throw new TypeError(`no policy file of ${scope}`);
    const list = input["deny"] === true ? "deny" : "allow";
    const row = rowOf(request);
    if (flags.dryRun) return new Plan([{ action: "add", target: file.path, effect: list, row }]);
    const { place, added } = await kit.addPolicyRow(file, list, row);
    return { ...rowFields(row, place), added };
  },
};

function rowOf({ input }: CommandRequest): PolicyRow {
  const reason = textAt(input, "reason");
  return {
    owner: textAt(input, "owner") ?? ".*",
    repository: textAt(input, "repository") ?? ".*",
    commit_sha: textAt(input, "commit_sha") ?? ".*",
    version: textAt(input, "version") ?? ".*",
    ...(reason === undefined ? {} : { reason }),
  };
}
