import type { CommandHandler } from "@aomori/command";
import { Plan } from "@aomori/command";
import { resolve } from "node:path";
import { lookAtPlugins } from "../plugins/open-plugins.ts";
import { textAt } from "../wire/fields.ts";

export const handler: CommandHandler = {
  run: async (request) => {
    const { input, flags, context } = request;
    const { kit } = await lookAtPlugins(request);
    const directory = resolve(context.cwd, textAt(input, "directory") ?? ".");
    if (flags.dryRun) {
      const { manifest } = await kit.readProjectManifest(directory);
      return new Plan([
        { action: "pack", target: directory, assets: kit.declaredAssets(manifest) },
      ]);
    }
    const { releaseDirectory, assets, missing } = await kit.packPlugin(directory);
    return { directory: releaseDirectory, assets, missing };
  },
};
