import { randomBytes } from "node:crypto";
import type { PluginRecord } from "@aomori/plugins";
import { writeJournal } from "@aomori/system";
import type { PluginsRoom } from "./open-plugins.ts";
import { sourceOf } from "./plugin-fields.ts";

type Told = Pick<PluginsRoom, "kit" | "home">;

export async function tellInstalled(
  room: Told,
  record: PluginRecord,
  from?: string,
): Promise<void> {
  const { trust, untrusted } = record;
  const data = { ...about(record), trust: trust.level, untrusted };
  const plugin = `${record.name} ${record.version}`;
  if (from === undefined) await tell(room, "plugin.installed", `${plugin} installed`, data);
  else
    await tell(room, "plugin.upgraded", `${plugin} installed, ${from} before`, { ...data, from });
}

export async function tellRolledBack(
  room: Told,
  record: PluginRecord,
  from: string,
): Promise<void> {
  const summary = `${record.name} is ${record.version} again, no longer ${from}`;
  await tell(room, "plugin.rolled_back", summary, { ...about(record), from });
}

export async function tellUninstalled(
  room: Told,
  record: PluginRecord,
  purged: boolean,
): Promise<void> {
  const summary = `${record.name} ${record.version} uninstalled`;
  await tell(room, "plugin.uninstalled", summary, { ...about(record), purged });
}

function about(record: PluginRecord): Readonly<Record<string, unknown>> {
  const { name, version, origin } = record;
  const commit = origin.kind === "github" ? origin.commit : null;
  return { name, version, source: sourceOf(record), commit };
}

/** For the stream of the next server; this command's own is the answer it gives. */
async function tell(
  { kit, home }: Told,
  type: string,
  summary: string,
  data: Readonly<Record<string, unknown>>,
): Promise<void> {
  const nowMs = Date.now();
  const id = kit.newEventId(nowMs, randomBytes);
  const at = new Date(nowMs).toISOString();
  await writeJournal(home.journalDirectory, { id, at, v: 1, type, summary, data });
}
