import type { PluginRecord } from "../installed/plugin-record.ts";
import { parseRef } from "../names/refs.ts";
import type { Ref } from "../names/names.ts";
import { latestRelease } from "../source/release.ts";
import type { SourceContext } from "../source/source-context.ts";
import { compareVersions } from "./compare-versions.ts";

/** What a plugin's repository has that is newer than what is installed. */
export type Newest =
  | { readonly kind: "newer"; readonly version: string; readonly ref: Ref }
  | { readonly kind: "current"; readonly version: string }
  /** Linked, or its repository has no release: there is nothing to compare with. */
  | { readonly kind: "unknown"; readonly reason: string };

/** Asks the newest release of a plugin's repository; drafts and pre-releases do not count. */
export async function newestOf(context: SourceContext, record: PluginRecord): Promise<Newest> {
  const { origin, version } = record;
  if (origin.kind === "link") {
    return { kind: "unknown", reason: `it is linked to ${origin.directory}` };
  }
  const release = await latestRelease(context, origin);
  if (release === undefined) {
    return { kind: "unknown", reason: `${origin.owner}/${origin.repository} has no release` };
  }
  const newest = release.tag.replace(/^v(?=\d)/, "");
  return compareVersions(newest, version) > 0
    ? { kind: "newer", version: newest, ref: parseRef(release.tag) }
    : { kind: "current", version: newest };
}
