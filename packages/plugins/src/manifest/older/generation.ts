import { isRecord } from "@aomori/system";

/** `current` is `aomori.plugin.json`; the others are what `objectiveai.json` has looked like. */
export type ManifestGeneration = "current" | "v1" | "v2" | "v3" | "v4" | "v5";

/** An older manifest never says which shape it has; its fields do. */
export function generationOf(
  fields: Readonly<Record<string, unknown>>,
): Exclude<ManifestGeneration, "current"> {
  const has = (...names: readonly string[]): boolean =>
    names.some((name) => Object.hasOwn(fields, name));
  if ([fields["mcp"], fields["viewer"]].some(isContainer)) return "v5";
  if (has("exec", "cli_zip", "daemon")) return "v4";
  if (has("owner", "viewer_url", "mcp_servers")) return "v3";
  const { binaries } = fields;
  const hasHyphens = isRecord(binaries) && Object.keys(binaries).some((key) => key.includes("-"));
  return hasHyphens ? "v1" : "v2";
}

function isContainer(half: unknown): boolean {
  return isRecord(half) && Object.hasOwn(half, "containerfile");
}
