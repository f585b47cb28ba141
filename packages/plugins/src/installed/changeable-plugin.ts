import type { PluginName } from "../names/names.ts";
import { inspectPlugin } from "./inspect-plugin.ts";
import type { PluginState } from "./plugin-state.ts";
import { pluginNotFound, pluginNotManaged } from "./plugin-errors.ts";
import { pluginLayout } from "./plugin-layout.ts";
import type { PluginsLayout } from "./plugin-layout.ts";

/** The plugin that is to be changed, sound or broken; refused when there is none, or one that its owner put there by hand. */
export async function changeablePlugin(
  plugins: PluginsLayout,
  name: PluginName,
): Promise<PluginState> {
  const state = await inspectPlugin(plugins, name);
  if (state === undefined) throw pluginNotFound(name);
  const isByHand = state.status !== "broken" && state.kind === "by_hand";
  if (isByHand || state.path === pluginLayout(plugins, name).recordLink) {
    throw pluginNotManaged(name, state.path);
  }
  return state;
}
