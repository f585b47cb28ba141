import type { CommandHandler } from "@aomori/command";
import { openRegistry } from "../registry/open-registry.ts";

export const handler: CommandHandler = {
  run: async (request) => {
    const { kit, entries } = await openRegistry(request);
    const words = request.input["query"];
    const query = Array.isArray(words) ? words.join(" ") : "";
    return kit.searchEntries(entries, query).map(({ entry, origin }) => ({
      name: entry.name,
      summary: entry.summary,
      licence: entry.licence,
      get: entry.get[0]?.text ?? "",
      profile: entry.report.profile,
      tool_version: entry.report.tool_version,
      counts: entry.report.counts,
      signed_by: entry.signature.key_id,
      origin,
    }));
  },
};
