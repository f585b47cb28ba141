import { isRecord } from "@aomori/system";
import { checkShape } from "../json/schema-problems.ts";
import type { FieldProblem } from "../json/schema-problems.ts";
import { parseStrictJson } from "../json/strict-json.ts";
import type { AssetName } from "../names/names.ts";
import {
  manifestInvalid,
  manifestMisshapen,
  manifestUnreadable,
  manifestUnsupported,
} from "./manifest-errors.ts";
import { manifestSchema } from "./manifest-schema.ts";
import type { Manifest } from "./manifest.ts";
import { unknownFields } from "./notice.ts";
import type { ManifestNotice } from "./notice.ts";
import type { ManifestGeneration } from "./older/generation.ts";
import type { Programs } from "./older/translate-exec.ts";
import { translateOlder } from "./older/translate-older.ts";
import { canonicalPlatforms, platformKeys } from "./platform.ts";

export const manifestFileName = "aomori.plugin.json";
/** Of the shapes before ours; read when there is no `aomori.plugin.json`, never written. */
export const olderManifestFileName = "objectiveai.json";

export interface ReadManifest {
  readonly manifest: Manifest;
  readonly generation: ManifestGeneration;
  /** Where a manifest says which file of an archive starts the plugin; otherwise it is the `plugin` at its root. */
  readonly programs: Programs;
  readonly notices: readonly ManifestNotice[];
}

export interface ReadManifestOptions {
  /** URL or path of the manifest, for messages; one that ends in `objectiveai.json` is read in the older shapes. */
  readonly where: string;
}

type Fields = Readonly<Record<string, unknown>>;

const limits = { maxBytes: 256 * 1024, maxDepth: 16 };

/**
 * Throws MANIFEST_PARSE for what is not strict JSON or lacks a field or has one of another type, MANIFEST_INVALID for fields that
 * say what they must not, both with the path of each, and UNSUPPORTED_MANIFEST for a shape that cannot be said in ours. Fields it does not know become notices.
 */
export function readManifest(
  content: string | Uint8Array,
  { where }: ReadManifestOptions,
): ReadManifest {
  const json = parseStrictJson(content, limits);
  if (json.kind === "refused") throw manifestUnreadable(where, json.why, json.cause);
  if (!isRecord(json.value)) {
    throw manifestMisshapen(where, [{ path: "", message: "it is not an object" }]);
  }
  if (/(?:^|[/\\])objectiveai\.json$/.test(where)) {
    const older = translateOlder(json.value, where);
    const current = readCurrent(older.fields, where);
    return {
      ...current,
      generation: older.generation,
      programs: older.programs,
      notices: [...older.notices, ...current.notices],
    };
  }
  refuseOtherSchemas(json.value, where);
  return { ...readCurrent(json.value, where), generation: "current", programs: {} };
}

function readCurrent(fields: Fields, where: string): Pick<ReadManifest, "manifest" | "notices"> {
  const platforms = canonicalPlatforms(fields["binaries"]);
  const checked = checkShape(manifestSchema(), { ...fields, ...platforms.fields });
  if (checked.kind !== "valid") {
    const fault = checked.kind === "misshapen" ? manifestMisshapen : manifestInvalid;
    throw fault(where, checked.problems);
  }
  const manifest: Manifest = checked.value;
  const problems = [...platforms.problems, ...crossProblems(manifest)];
  if (problems.length > 0) throw manifestInvalid(where, problems);
  return { manifest, notices: [...platforms.notices, ...noticesOf(fields, manifest)] };
}

function refuseOtherSchemas(fields: Fields, where: string): void {
  const schema = fields["schema"];
  if (typeof schema !== "number" || !Number.isInteger(schema) || schema <= 1) return;
  const why = "this program reads schema 1; upgrade it, or install an older version of the plugin";
  throw manifestUnsupported(where, `of schema ${schema}`, why);
}

/** What only several fields together can get wrong. */
function crossProblems(manifest: Manifest): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const hasBinary = Object.keys(manifest.binaries).length > 0;
  if (!hasBinary && manifest.run === undefined && manifest.viewer_zip === undefined) {
    const message = "it has nothing to install: give it binaries, run or viewer_zip";
    problems.push({ path: "", message });
  }
  const seen = new Set<string>();
  for (const [index, { path, method }] of manifest.viewer_routes.entries()) {
    const route = `${method} ${path}`;
    if (seen.has(route)) {
      problems.push({ path: `viewer_routes[${index}]`, message: `${route} is there twice` });
    }
    seen.add(route);
  }
  return problems;
}

function noticesOf(fields: Fields, manifest: Manifest): readonly ManifestNotice[] {
  const { run, viewer_routes: routes, sha256 } = fields;
  const notices = [...unknownFields(fields, Object.keys(manifestSchema().shape))];
  if (isRecord(run)) notices.push(...unknownFields(run, ["runtime", "file"], ["run"]));
  if (Array.isArray(routes)) {
    for (const [index, route] of routes.entries()) {
      const known = ["path", "method", "type"];
      if (isRecord(route)) notices.push(...unknownFields(route, known, ["viewer_routes", index]));
    }
  }
  if (manifest.viewer_routes.length > 0 && manifest.viewer_zip === undefined) {
    const message = "viewer_routes lead nowhere without viewer_zip";
    notices.push({ code: "UNUSED_ROUTES", path: "viewer_routes", message });
  }
  const assets = declaredAssets(manifest);
  for (const name of Object.keys(isRecord(sha256) ? sha256 : {})) {
    if (assets.some((asset) => asset === name)) continue;
    const message = `sha256 names ${name}, which is no asset of this manifest`;
    notices.push({ code: "UNUSED_HASH", path: "sha256", message });
  }
  return notices;
}

/** File names of all assets a manifest declares, each once, in the order of its fields. */
export function declaredAssets(manifest: Manifest): readonly AssetName[] {
  const binaries = platformKeys.map((key) => manifest.binaries[key]);
  const all = [...binaries, manifest.run?.file, manifest.viewer_zip];
  return [...new Set(all.filter((asset) => asset !== undefined))];
}
