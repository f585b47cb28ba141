import type { CommandHandler } from "@aomori/command";
import type { RowOutcome } from "@aomori/plugins";
import { lookAtPlugins } from "../plugins/open-plugins.ts";
import { policyFiles, rowFields } from "../plugins/policy-files.ts";
import { textAt } from "../wire/fields.ts";

export const handler: CommandHandler = {
  run: async (request) => {
    const { input, context } = request;
    const { kit, home } = await lookAtPlugins(request);
    const { owner, repository, ref } = kit.parseCoordinates(String(input["source"]));
    const version = kit.parseVersion(textAt(input, "version") ?? ref.replace(/^v(?=\d)/, ""));
    const commit = kit.commitOfRef(ref);
    const policy = await kit.readPolicy(policyFiles(home, context));
    const subject = {
      owner,
      repository,
      ref,
      version,
      ...(commit === undefined ? {} : { commit }),
    };
    const { allowed, decidedBy, outcomes } = kit.decide(policy, subject);
    return {
      allowed,
      ...subject,
      decided_by: decidedBy === undefined ? null : outcomeFields(decidedBy),
      rows: outcomes.map(outcomeFields),
    };
  },
};

function outcomeFields({ row, place, differs }: RowOutcome): Readonly<Record<string, unknown>> {
  return { ...rowFields(row, place), matches: differs.length === 0, differs };
}
