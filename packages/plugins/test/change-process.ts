/**
 * Changes a plugin in a process of its own: `change-process.ts DIRECTORY ACTION NAME [VERSION]`. Prints `ready`, and after the
 * change `done` or the code of its error. With `--on-input` it begins when a line comes in; ACTION `churn` changes for ever.
 */
import { once } from "node:events";
import { isCodedError } from "@aomori/protocol";
import {
  pluginsLayout,
  recover,
  rollbackPlugin,
  setEnabled,
  uninstallPlugin,
} from "../src/index.ts";
import { install, pluginNamed, upgrade } from "./staged-plugin.ts";

const [directory = "", action = "", name = "", version = "1.0.0", ...flags] = process.argv.slice(2);
const plugins = pluginsLayout(directory);
const plugin = pluginNamed(name);

async function change(): Promise<unknown> {
  switch (action) {
    case "install":
      return install(plugins, name, version);
    case "upgrade":
      return upgrade(plugins, name, version);
    case "rollback":
      return rollbackPlugin(plugins, plugin);
    case "uninstall":
      return uninstallPlugin(plugins, plugin, { purgeData: false });
    case "purge":
      return uninstallPlugin(plugins, plugin, { purgeData: true });
    case "disable":
      return setEnabled(plugins, plugin, false);
    case "recover":
      return recover(plugins);
    case "churn":
      return churn();
    default:
      throw new Error(`there is no action ${action}`);
  }
}

async function churn(): Promise<never> {
  for (let round = 0; ; round += 1) {
    await upgrade(plugins, name, `${version}.${round}`);
    await upgrade(plugins, name, `${version}.${round}-b`);
    await rollbackPlugin(plugins, plugin);
    if (round % 2 === 1) await uninstallPlugin(plugins, plugin, { purgeData: false });
  }
}

process.stdout.write("ready\n");
if (flags.includes("--on-input")) await once(process.stdin, "data");
try {
  await change();
  process.stdout.write("done\n");
} catch (error) {
  if (!isCodedError(error)) throw error;
  process.stdout.write(`${error.code}\n`);
}
process.stdin.destroy();
