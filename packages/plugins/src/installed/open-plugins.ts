import { resolve } from "node:path";
import { pluginsLayout } from "./plugin-layout.ts";
import type { PluginsLayout } from "./plugin-layout.ts";
import { recover } from "./recover.ts";
import type { Recovery } from "./recover.ts";

export interface OpenedPlugins {
  readonly layout: PluginsLayout;
  /** What was found half-done, and what became of it; empty as a rule. */
  readonly recoveries: readonly Recovery[];
}

/**
 * The plugins in a directory, after what killed processes left has been finished or undone. Makes nothing where nothing is.
 * Who only reads, or runs a plugin, needs `pluginsLayout` alone: what is current is whole at every moment.
 */
export async function openPlugins(directory: string): Promise<OpenedPlugins> {
  const layout = pluginsLayout(resolve(directory));
  return { layout, recoveries: await recover(layout) };
}
