import type { CommandHandler, CommandRequest, StreamedEvent } from "@aomori/command";
import type { PluginName, Verification } from "@aomori/plugins";
import { errorBody } from "@aomori/protocol";
import type { PluginsRoom } from "../plugins/open-plugins.ts";
import { lookAtPlugins } from "../plugins/open-plugins.ts";
import { textsAt } from "../wire/fields.ts";

export const handler: CommandHandler = { run: checksOf };

async function* checksOf(request: CommandRequest): AsyncGenerator<StreamedEvent, void> {
  const room = await lookAtPlugins(request);
  for (const name of await chosen(room, textsAt(request.input, "name"))) {
    request.prose.progress(`hashing the files of ${name}`);
    yield { type: "aoi:check", name, ...(await checkOf(room, name)) };
  }
}

/** The named ones, or all. An unknown name is an error of the command, not a failed check. */
async function chosen(
  { kit, plugins }: PluginsRoom,
  names: readonly string[],
): Promise<readonly PluginName[]> {
  if (names.length === 0) {
    const { plugins: all } = await kit.listPlugins(plugins, { limit: Number.POSITIVE_INFINITY });
    return all.map(({ name }) => name);
  }
  const parsed = names.map((name) => kit.parsePluginName(name));
  for (const name of parsed) {
    if ((await kit.inspectPlugin(plugins, name)) === undefined) throw kit.pluginNotFound(name);
  }
  return parsed;
}

async function checkOf(
  { kit, plugins }: PluginsRoom,
  name: PluginName,
): Promise<Omit<StreamedEvent, "type">> {
  try {
    return resultOf(await kit.verifyPlugin(plugins, name), name);
  } catch (error) {
    const { code, message } = errorBody(error);
    if (code !== "PLUGIN_BROKEN") throw error;
    return { ok: false, severity: "error", detail: message, fix: `aomori plugins upgrade ${name}` };
  }
}

function resultOf(found: Verification, name: PluginName): Omit<StreamedEvent, "type"> {
  if (found.kind === "unrecorded") {
    return {
      ok: true,
      severity: "info",
      detail: `not verified: ${found.reason}`,
      not_verified: true,
    };
  }
  const { files, size_bytes, deviations } = found;
  if (deviations.length === 0) {
    return {
      ok: true,
      severity: "info",
      detail: `${files} files, ${size_bytes} bytes, as installed`,
    };
  }
  const words = deviations.map(({ path, problem, found: what }) => `${path} ${problem} (${what})`);
  const detail = words.join("; ");
  const fix = `aomori plugins upgrade ${name}, or aomori plugins uninstall ${name}`;
  return { ok: false, severity: "error", detail, fix, deviations };
}
