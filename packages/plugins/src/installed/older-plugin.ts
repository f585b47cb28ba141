import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { isRecord } from "@aomori/system";
import { platformKeyOf } from "../manifest/choose-entry.ts";
import { kindOf } from "./durable-files.ts";
import type { PluginLayout } from "./plugin-layout.ts";
import { broken } from "./plugin-state.ts";
import type { PluginState } from "./plugin-state.ts";
import { firstIssue, recordSchema } from "./record-schema.ts";
import { whyNotExecutable } from "./why-not-executable.ts";

/**
 * A plugin of the older layout: `NAME.json` is a file of its own, with or without the name and source of a persisted record,
 * and `NAME/plugin` the program. Of the fields only those are taken over that say what it is and what it shows; it counts as
 * a folder of the user's that is run where it lies.
 */
export async function readOlderPlugin(layout: PluginLayout): Promise<PluginState> {
  const { recordLink: path, directory, pluginLink } = layout;
  const unreadable = (why: string) => broken(layout, `${path} cannot be read: ${why}`, path);
  let manifest: unknown;
  try {
    manifest = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return unreadable(error.message);
  }
  if (!isRecord(manifest)) return unreadable("it holds no object");
  const isWhole = typeof manifest["name"] === "string" && typeof manifest["source"] === "string";
  if (isWhole && manifest["name"] !== layout.name) {
    return broken(layout, `${path} is that of plugin ${String(manifest["name"])}`, path);
  }
  const hasProgram = (await kindOf(pluginLink)) !== undefined;
  const hasViewer = (await kindOf(layout.viewerLink)) === "directory";
  const reason = hasProgram ? await whyNotExecutable(pluginLink) : undefined;
  if (reason !== undefined) return broken(layout, reason, path);
  if (!hasProgram && !hasViewer) return broken(layout, `${pluginLink} is missing`, path);

  const installedAt = (await stat(path)).mtime.toISOString();
  const here = platformKeyOf({ system: process.platform, processor: process.arch });
  const platform = hasProgram ? here : undefined;
  const parsed = recordSchema.safeParse({
    ...described(manifest),
    name: layout.name,
    source: isWhole ? manifest["source"] : path,
    origin: { kind: "link", directory },
    ...(platform && { entry: { kind: "native", file: basename(pluginLink), platform } }),
    has_viewer: hasViewer,
    installed_at: installedAt,
  });
  if (!parsed.success) return unreadable(firstIssue(parsed.error));
  return {
    name: layout.name,
    status: "enabled",
    kind: "by_hand",
    pinned: false,
    record: parsed.data,
    path,
  };
}

/** The fields of every older shape that mean the same in a record, and what is so for all of them. */
function described(manifest: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const fields: Record<string, unknown> = {
    schema: 1,
    version: manifest["version"],
    description: manifest["description"],
    protocol: 1,
    binaries: {},
    viewer_routes: manifest["viewer_routes"] ?? [],
    secrets: [],
    hosts: [],
    sha256: {},
    assets: [],
    trust: { level: "none" },
    untrusted: true,
    installed_by: "hand",
  };
  for (const field of ["author", "homepage", "license"]) {
    if (typeof manifest[field] === "string") fields[field] = manifest[field];
  }
  return fields;
}
