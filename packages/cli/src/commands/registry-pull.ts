import type { CommandHandler } from "@aomori/command";
import { Plan } from "@aomori/command";
import { openRegistry } from "../registry/open-registry.ts";
import { trustText } from "../registry/registry-views.ts";
import { textAt } from "../wire/fields.ts";

export const handler: CommandHandler = {
  run: async (request) => {
    const { input, context, signal, flags } = request;
    const { kit, entries, ownDirectory } = await openRegistry(request);
    const entry = await kit.fetchEntry(String(input["location"]), { cwd: context.cwd, signal });
    const known = entries.find((listed) => listed.entry.name === entry.name);
    const key = kit.checkKey(entry, known, textAt(input, "trust_key"));
    const { key_id: signedBy } = entry.signature;
    const file = kit.entryFile(ownDirectory, entry.name);
    if (flags.dryRun) return new Plan([{ action: "write", target: file, signed_by: signedBy }]);
    await kit.writeEntryFile(ownDirectory, entry);
    return { name: entry.name, file, signed_by: signedBy, signer: key, trust: trustText };
  },
};
