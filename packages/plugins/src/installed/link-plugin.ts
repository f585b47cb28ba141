import type { PluginName } from "../names/names.ts";
import { installVersion } from "./install-version.ts";
import type { InstallMode } from "./name-clash.ts";
import type { PluginsLayout } from "./plugin-layout.ts";
import type { LockOptions } from "./plugin-lock.ts";
import type { PluginRecord } from "./plugin-record.ts";

export interface LinkOptions extends LockOptions {
  /** `upgrade` replaces what is installed under that name; a rollback brings it back. */
  readonly mode: InstallMode;
}

/** Installs a developer's folder as it lies there: a version that holds nothing but its record. */
export async function linkPlugin(
  plugins: PluginsLayout,
  name: PluginName,
  directory: string,
  record: Omit<PluginRecord, "origin">,
  options: LinkOptions,
): Promise<PluginRecord> {
  const origin = { kind: "link", directory } as const;
  return installVersion(plugins, name, { ...options, origin }, async () => ({ ...record, origin }));
}
