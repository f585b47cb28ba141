import { rm } from "node:fs/promises";
import { ioError, malformedFile, readJsonFile, writeFileAtomic } from "@aomori/system";
import * as z from "zod";
import type { PluginName } from "../names/names.ts";
import { syncDirectory } from "./durable-files.ts";
import type { PluginLayout, PluginsLayout } from "./plugin-layout.ts";
import { pluginName } from "./record-schema.ts";
import { settingsSchema } from "./settings.ts";
import type { PluginSettings } from "./settings.ts";

/**
 * What a change of a plugin is about to do, written before it touches the plugin's directory and removed when nothing is
 * left to do. Whether the change has happened is not in here: the `current` link says that.
 */
export interface Journal {
  readonly schema: 1;
  readonly name: PluginName;
  readonly change:
    | {
        readonly kind: "install" | "rollback";
        /** Ids of versions; `from` is absent at a first installation. */
        readonly from?: string;
        readonly to: string;
        /** As they were before; put back when the change does not happen. Absent: there was no file. */
        readonly settings?: PluginSettings;
      }
    | { readonly kind: "uninstall"; readonly purge_data: boolean }
    | { readonly kind: "settings" };
  /** ISO-8601 UTC. */
  readonly started_at: string;
}

const journalSchema = z.object({
  schema: z.literal(1),
  name: pluginName,
  change: z.discriminatedUnion("kind", [
    z.object({
      kind: z.enum(["install", "rollback"]),
      from: z.exactOptional(z.string()),
      to: z.string(),
      settings: z.exactOptional(settingsSchema),
    }),
    z.object({ kind: z.literal("uninstall"), purge_data: z.boolean() }),
    z.object({ kind: z.literal("settings") }),
  ]),
  started_at: z.iso.datetime(),
}) satisfies z.ZodType<Journal>;

export async function readJournal(path: string): Promise<Journal | undefined> {
  const value = await readJsonFile(path);
  if (value === undefined) return undefined;
  const parsed = journalSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw malformedFile(path, z.prettifyError(parsed.error), parsed.error);
}

export async function writeJournal(
  { journalFile, name }: PluginLayout,
  change: Journal["change"],
): Promise<Journal> {
  const started_at = new Date().toISOString();
  const journal: Journal = { schema: 1, name, change, started_at };
  await writeFileAtomic(journalFile, `${JSON.stringify(journal, null, 2)}\n`);
  return journal;
}

export async function removeJournal(plugins: PluginsLayout, layout: PluginLayout): Promise<void> {
  try {
    await rm(layout.journalFile, { force: true });
    await syncDirectory(plugins.journalDirectory);
  } catch (error) {
    throw ioError(error, `cannot remove ${layout.journalFile}`);
  }
}
