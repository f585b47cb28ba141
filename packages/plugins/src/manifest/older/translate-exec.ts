import { isRecord } from "@aomori/system";
import { isInnerPath } from "../../names/inner-path.ts";
import { printable } from "../../names/shown.ts";
import { manifestUnsupported } from "../manifest-errors.ts";
import { ignoredField } from "../notice.ts";
import type { ManifestNotice } from "../notice.ts";
import { systems } from "../platform.ts";
import type { System } from "../platform.ts";

const processors = ["x86_64", "aarch64"] as const;

/** Paths in the archives of the files that start the plugin, where a manifest says them: by system, or of the one script for all. */
export type Programs = Readonly<Partial<Record<System | "script", string>>>;

/** What one system's `exec` comes to in our terms. */
type Start =
  | { readonly kind: "binary"; readonly file: string }
  | { readonly kind: "script"; readonly runtime: string; readonly file: string }
  | { readonly kind: "impossible"; readonly why: string };

/**
 * v4 names an argv per system and one archive per system or processor. Ours runs a file of an archive, or its script by
 * a runtime; what starts otherwise is left out, and when nothing is left the manifest is refused.
 */
export function translateExec(
  fields: Record<string, unknown>,
  where: string,
): { readonly notices: readonly ManifestNotice[]; readonly programs: Programs } {
  const { exec, cli_zip: archives } = fields;
  delete fields["exec"];
  delete fields["cli_zip"];
  if (exec === undefined && archives === undefined) return { notices: [], programs: {} };
  const binaries: Record<string, string> = {};
  const scripts = new Map<string, Record<"runtime" | "asset" | "file", string>>();
  const programs: Partial<Record<System | "script", string>> = {};
  const notices: ManifestNotice[] = [];
  for (const system of systems) {
    const argv = isRecord(exec) ? exec[system] : undefined;
    if (argv === undefined) continue;
    const start = startOf(argv);
    const assets = archivesOf(archives, system);
    if (start.kind === "impossible") notices.push(ignoredField(`exec.${system}`, start.why));
    else if (Object.keys(assets).length === 0) {
      notices.push(ignoredField(`exec.${system}`, "cli_zip has no archive for it"));
    } else if (start.kind === "binary") {
      programs[system] = start.file;
      for (const [processor, asset] of Object.entries(assets)) {
        binaries[`${system}_${processor}`] = asset;
      }
    } else {
      const { runtime, file } = start;
      for (const asset of Object.values(assets)) {
        scripts.set(JSON.stringify([runtime, asset, file]), { runtime, asset, file });
      }
    }
  }
  const [script] = scripts.values();
  if (scripts.size > 1) {
    const why = "its scripts differ from system to system, and a script of ours is one for all";
    notices.push(ignoredField("exec", why));
  } else if (script !== undefined) {
    fields["run"] = { runtime: script.runtime, file: script.asset };
    programs.script = script.file;
  }
  fields["binaries"] = binaries;
  if (Object.keys(binaries).length === 0 && fields["run"] === undefined) {
    const reasons = notices.map((notice) => notice.message).join("; ") || "it has no usable exec";
    const next = "its author has to publish an aomori.plugin.json";
    throw manifestUnsupported(where, "of objectiveai.json v4", `${reasons}; ${next}`);
  }
  return { notices: [...notices, ...callersDirectory], programs };
}

const callersDirectory: readonly ManifestNotice[] = [
  ignoredField(
    "exec",
    "its programs were started in the folder of their archive; here they start where the caller is",
  ),
];

function startOf(argv: unknown): Start {
  const words: readonly unknown[] = Array.isArray(argv) ? argv : [];
  const [first = "", second] = words.map((word) => String(word).replace(/^\.\//, ""));
  const runtime = { node: "node", python: "python", python3: "python", sh: "sh" }[first];
  if (words.length === 2 && runtime !== undefined && isInArchive(second)) {
    return { kind: "script", runtime, file: second };
  }
  if (words.length === 1 && runtime === undefined && isInArchive(first)) {
    return { kind: "binary", file: first };
  }
  const why = `it starts ${printable(JSON.stringify(argv) ?? "")}, and here a plugin is started by one file of its archive, alone or by node, python or sh, without further arguments`;
  return { kind: "impossible", why };
}

/** A relative path that stays in the archive's folder; whether it is there is seen when it is unpacked. */
function isInArchive(path: string | undefined): path is string {
  return path !== undefined && path !== "" && isInnerPath(path);
}

/** By processor. An archive that names none was run on every one. */
function archivesOf(archives: unknown, system: System): Readonly<Record<string, string>> {
  const ofSystem = isRecord(archives) ? archives[system] : archives;
  if (typeof ofSystem === "string") {
    return Object.fromEntries(processors.map((processor) => [processor, ofSystem]));
  }
  if (!isRecord(ofSystem)) return {};
  return Object.fromEntries(
    processors.flatMap((processor) => {
      const asset = ofSystem[processor];
      return typeof asset === "string" ? [[processor, asset] as const] : [];
    }),
  );
}
