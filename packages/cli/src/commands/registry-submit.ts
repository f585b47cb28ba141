import type { CommandHandler, CommandRequest } from "@aomori/command";
import { Plan } from "@aomori/command";
import { UserError } from "@aomori/protocol";
import { resolve } from "node:path";
import { openRegistry } from "../registry/open-registry.ts";
import type { OpenedRegistry } from "../registry/open-registry.ts";
import { trustText } from "../registry/registry-views.ts";
import { textAt, textsAt } from "../wire/fields.ts";

const graceMs = 5000;
const kinds = ["npm", "debian", "source"] as const;

type Description = Parameters<OpenedRegistry["kit"]["makeEntry"]>[1];

export const handler: CommandHandler = {
  run: async (request) => {
    const { input, context, signal, flags, prose } = request;
    const registry = await openRegistry(request);
    const { kit } = registry;
    const description = descriptionOf(input);
    const command = textsAt(input, "command");
    const directory =
      typeof input["into"] === "string"
        ? resolve(context.cwd, input["into"])
        : registry.ownDirectory;
    const profile = textAt(input, "profile") ?? "strict";
    const file = kit.entryFile(directory, description.name);
    if (flags.dryRun) {
      return new Plan([
        { action: "lint", target: command.join(" "), profile },
        { action: "sign", target: description.name, signing_file: registry.signingKeyFile },
        { action: "write", target: file },
      ]);
    }
    prose.progress(`linting ${command.join(" ")}`);
    const entry = await kit.makeEntry(command, description, {
      profile,
      lint: kit.lintForRegistry,
      privateKey: () => kit.openSigningKey(registry.signingKeyFile),
      now: new Date(),
      commandOnly: input["command_only"] === true,
      cwd: context.cwd,
      env: context.env,
      signal,
    });
    const { report, signature } = entry;
    return {
      name: entry.name,
      file: await kit.writeEntryFile(directory, entry),
      signed_by: signature.key_id,
      profile: report.profile,
      counts: report.counts,
      digest: report.digest,
      propose: `put ${description.name}.json into the folder registry of Aomori's repository, run "aomori registry verify ${description.name}", and ask for it to be merged`,
      trust: trustText,
    };
  },
  graceMs,
};

function descriptionOf(input: CommandRequest["input"]): Description {
  const get = kinds.flatMap((kind) => textsAt(input, kind).map((text) => ({ kind, text })));
  if (get.length === 0) {
    throw new UserError(
      "usage",
      "ORIGIN_MISSING",
      "say how to get the tool: --npm, --debian or --source, each with a text",
    );
  }
  const { name, summary, homepage, licence } = input;
  return {
    name: String(name),
    summary: String(summary),
    ...(typeof homepage === "string" ? { homepage } : {}),
    licence: String(licence),
    get,
  };
}
