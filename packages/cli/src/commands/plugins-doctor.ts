import type { CommandHandler, CommandRequest, StreamedEvent } from "@aomori/command";
import type { InstallationFinding } from "@aomori/plugins";
import { findSandbox } from "@aomori/plugins/dispatch";
import { lookAtPlugins } from "../plugins/open-plugins.ts";
import type { PluginsRoom } from "../plugins/open-plugins.ts";
import { policyFiles } from "../plugins/policy-files.ts";
import { readPluginSettings } from "../plugins/plugin-settings.ts";

export const handler: CommandHandler = { run: checksOf };

type Check = Omit<StreamedEvent, "type">;

async function* checksOf(request: CommandRequest): AsyncGenerator<StreamedEvent, void> {
  const room = await lookAtPlugins(request);
  const report = await room.kit.checkInstallation(room.plugins);
  for (const finding of report.findings) yield { type: "aoi:check", ...findingCheck(finding) };
  yield { type: "aoi:check", ...usageCheck(room, report.disk) };
  yield { type: "aoi:check", ...(await policyCheck(room, request)) };
  yield { type: "aoi:check", ...(await sandboxCheck(room, request)) };
}

function findingCheck({ kind, path, message, remedy }: InstallationFinding): Check {
  const severity = kind === "broken_plugin" ? "error" : "warn";
  return { name: kind, ok: false, severity, detail: message, fix: remedy, path };
}

function usageCheck(
  { plugins }: PluginsRoom,
  disk: readonly { readonly versions_bytes: number; readonly data_bytes: number }[],
): Check {
  const bytes = disk.reduce((sum, { versions_bytes: v, data_bytes: d }) => sum + v + d, 0);
  const mebibytes = (bytes / 1024 / 1024).toFixed(1);
  const detail = `${disk.length} plugins, ${mebibytes} MiB in ${plugins.directory}`;
  return { name: "installed", ok: true, severity: "info", detail, disk };
}

/** A policy that cannot be read is an error of this command's own: it says which row. */
async function policyCheck(
  { kit, home }: PluginsRoom,
  { context }: CommandRequest,
): Promise<Check> {
  const { rows } = await kit.readPolicy(policyFiles(home, context));
  return { name: "policy", ok: true, severity: "info", detail: `${rows.length} rows` };
}

async function sandboxCheck({ home }: PluginsRoom, { context }: CommandRequest): Promise<Check> {
  const settings = await readPluginSettings(home);
  const found = findSandbox(context.env);
  const wanted = settings("sandbox") ?? "none";
  const detail =
    typeof found === "string" ? found : `${found.program}, plugins.sandbox is ${wanted}`;
  const isMissing = typeof found === "string" && wanted === "require";
  return {
    name: "sandbox",
    ok: !isMissing,
    severity: isMissing ? "error" : "info",
    detail,
    ...(isMissing ? { fix: "install bubblewrap, or: aomori config set plugins.sandbox none" } : {}),
  };
}
