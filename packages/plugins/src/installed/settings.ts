import { malformedFile, readJsonFile, writeFileAtomic } from "@aomori/system";
import * as z from "zod";
import type { PluginLayout } from "./plugin-layout.ts";

/** What is decided about a plugin beside its versions: `NAME/.settings.json`. */
export interface PluginSettings {
  readonly enabled: boolean;
  /** Stays at its version when all plugins are upgraded. */
  readonly pinned: boolean;
  /** Id of the version that a rollback goes back to; the current one while an upgrade is under way. */
  readonly previous?: string;
}

const defaultSettings: PluginSettings = { enabled: true, pinned: false };

/** Loose: a field of a newer program is left out of account, not refused. */
export const settingsSchema = z.object({
  enabled: z.boolean(),
  pinned: z.boolean(),
  previous: z.exactOptional(z.string()),
}) satisfies z.ZodType<PluginSettings>;

export async function readSettings(layout: PluginLayout): Promise<PluginSettings> {
  return (await storedSettings(layout)) ?? defaultSettings;
}

/** Undefined when nothing has been decided yet. */
export async function storedSettings({
  settingsFile,
}: PluginLayout): Promise<PluginSettings | undefined> {
  const value = await readJsonFile(settingsFile);
  if (value === undefined) return undefined;
  const parsed = settingsSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw malformedFile(settingsFile, z.prettifyError(parsed.error), parsed.error);
}

export async function writeSettings(
  { settingsFile }: PluginLayout,
  settings: PluginSettings,
): Promise<void> {
  await writeFileAtomic(settingsFile, `${JSON.stringify(settings, null, 2)}\n`);
}

/** Before the commit of a change, so that nothing needs to be written after it. */
export async function rememberPrevious(layout: PluginLayout, previous: string): Promise<void> {
  await writeSettings(layout, { ...(await readSettings(layout)), previous });
}
