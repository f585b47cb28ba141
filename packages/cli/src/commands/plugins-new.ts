import type { CommandHandler } from "@aomori/command";
import { Plan } from "@aomori/command";
import { resolve } from "node:path";
import { lookAtPlugins } from "../plugins/open-plugins.ts";
import { textAt } from "../wire/fields.ts";

export const handler: CommandHandler = {
  run: async (request) => {
    const { input, flags, context } = request;
    const { kit, nameIn } = await lookAtPlugins(request);
    const name = nameIn("name");
    const wanted = textAt(input, "kind") ?? "node";
    const kind = kit.scaffoldKinds.find((known) => known === wanted);
    if (kind === undefined) throw new TypeError(`no scaffold of kind ${wanted}`);
    const directory = resolve(context.cwd, textAt(input, "dir") ?? name);
    if (flags.dryRun) return new Plan([{ action: "write", target: directory, kind }]);
    const files = await kit.scaffold(kind, name, directory);
    return { name, kind, directory, files, next: `aomori plugins install --path ${directory}` };
  },
};
