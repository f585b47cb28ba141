import type { CommandModule, ExternalCommands } from "@aomori/command";
import { runCommand } from "@aomori/command";
import { homeLayout } from "@aomori/system";
import { pluginNames } from "@aomori/plugins/dispatch";
import { isPluginName } from "./start-call.ts";

/** Behind these words, the top among them, an unknown word may be a plugin's name. */
const places: readonly string[] = ["", "plugins"];

/** Names of the plugins that are installed and not disabled, as shells find them while somebody types. */
const namesScript = `cd "\${AOMORI_HOME:-$HOME/.aomori}/plugins" 2>/dev/null || exit 0
for name in *; do
  [ -L "$name/current" ] || [ -x "$name/plugin" ] || continue
  grep -qs '"enabled": *false' "$name/.settings.json" || printf '%s\\n' "$name"
done`;

/** Runs plugins by their names alone, as `plugins run` does. */
export function externalPlugins(loadRun: () => Promise<CommandModule>): ExternalCommands {
  return {
    run: async ({ path, words, flags }, context) => {
      if (!places.includes(path) || !isPluginName(words[0], context.env)) return undefined;
      const { spec, handler } = await loadRun();
      return await runCommand({ spec, handler, argv: [...flags, ...words], context });
    },
    completion: { script: namesScript, places },
    names: async ({ env }) => {
      const names = pluginNames(homeLayout(env).pluginsDirectory);
      return places.flatMap((place) => names.map((name) => `${place} ${name}`.trim()));
    },
  };
}
