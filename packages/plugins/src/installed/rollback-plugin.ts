import { UserError } from "@aomori/protocol";
import { ioError } from "@aomori/system";
import type { PluginName } from "../names/names.ts";
import { changePlugin } from "./change-plugin.ts";
import { currentVersion, versionTarget } from "./current-version.ts";
import { swapLink } from "./durable-files.ts";
import { readVersionRecord } from "./inspect-plugin.ts";
import { changeablePlugin } from "./changeable-plugin.ts";
import type { PluginsLayout } from "./plugin-layout.ts";
import type { LockOptions } from "./plugin-lock.ts";
import type { PluginRecord } from "./plugin-record.ts";
import { temporaryCurrent } from "./settle.ts";
import { rememberPrevious, storedSettings } from "./settings.ts";

/**
 * Makes the version before the current one current again, without a network, and returns its record. The version left is
 * kept, so that a second rollback undoes the first. NO_PREVIOUS_VERSION when there is none that can be run.
 */
export async function rollbackPlugin(
  plugins: PluginsLayout,
  name: PluginName,
  options: LockOptions = {},
): Promise<PluginRecord> {
  return changePlugin(plugins, name, options, async ({ layout, operation, journalled }) => {
    await changeablePlugin(plugins, name);
    const from = await currentVersion(layout);
    const settings = await storedSettings(layout);
    const to = settings?.previous;
    if (from === undefined || settings === undefined || to === undefined || to === from) {
      throw noPrevious(name, "it has not been upgraded since it was installed");
    }
    const previous = await readVersionRecord(layout, to);
    if ("reason" in previous) throw noPrevious(name, previous.reason);
    try {
      await journalled({ kind: "rollback", from, to, settings }, async () => {
        await rememberPrevious(layout, from);
        await swapLink(versionTarget(to), layout.currentLink, temporaryCurrent(layout, operation));
      });
    } catch (error) {
      throw ioError(error, `cannot roll plugin ${name} back`);
    }
    return previous.record;
  });
}

function noPrevious(name: PluginName, why: string): UserError {
  return new UserError(
    "not_found",
    "NO_PREVIOUS_VERSION",
    `plugin ${name} cannot be rolled back: ${why}; install the version you want with --upgrade and a ref`,
    { details: { name } },
  );
}
