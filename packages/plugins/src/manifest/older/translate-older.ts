import { ownNameProblem } from "../../names/repository-names.ts";
import { manifestUnsupported } from "../manifest-errors.ts";
import { ignoredField } from "../notice.ts";
import type { ManifestNotice } from "../notice.ts";
import { homepageProblem } from "../text-rules.ts";
import { generationOf } from "./generation.ts";
import type { ManifestGeneration } from "./generation.ts";
import { translateExec } from "./translate-exec.ts";
import type { Programs } from "./translate-exec.ts";

export interface OlderManifest {
  /** In the names of the current shape, unchecked. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly generation: ManifestGeneration;
  readonly notices: readonly ManifestNotice[];
  readonly programs: Programs;
}

type Fields = Readonly<Record<string, unknown>>;

/** Fields of older shapes that ours has no place for, and why nothing is lost or what is. */
const ignored: Readonly<Record<string, string>> = {
  owner: "a plugin belongs to the repository it is installed from",
  mobile_ready: "nothing reads it",
  mcp_servers: "plugins are commands here, and none is dialled as a server",
  daemon: "a plugin runs when it is called, and none is kept running",
};

/** Says an older manifest in the fields of the current one; throws UNSUPPORTED_MANIFEST where that would be a lie. */
export function translateOlder(older: Fields, where: string): OlderManifest {
  const generation = generationOf(older);
  if (generation === "v5") {
    const why =
      "it describes images that its host builds and runs as containers; this program installs files of a release, so its author has to publish an aomori.plugin.json";
    throw manifestUnsupported(where, "of the container generation (objectiveai.json v5)", why);
  }
  const notices: ManifestNotice[] = [];
  const fields: Record<string, unknown> = { ...withoutNulls(older), schema: 1 };
  if (Object.hasOwn(older, "schema"))
    notices.push(ignoredField("schema", "the older shapes have none"));
  for (const [name, why] of Object.entries(ignored)) {
    if (Object.hasOwn(fields, name)) notices.push(ignoredField(name, why));
    delete fields[name];
  }
  notices.push(...dropUnusableTexts(fields));
  const exec = generation === "v4" ? translateExec(fields, where) : undefined;
  notices.push(...(exec?.notices ?? []));
  notices.push(...dropViewerUrl(fields, where));
  const message = `${where} has the older shape ${generation}; its author should publish an aomori.plugin.json`;
  notices.unshift({ code: "OLDER_MANIFEST", path: "", message });
  return { fields, generation, notices, programs: exec?.programs ?? {} };
}

/** The older shapes read null as absent. */
function withoutNulls(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

/** They checked neither name nor homepage, and neither decides anything. */
function dropUnusableTexts(fields: Record<string, unknown>): readonly ManifestNotice[] {
  const notices: ManifestNotice[] = [];
  for (const [field, problem] of [
    ["name", ownNameProblem],
    ["homepage", homepageProblem],
  ] as const) {
    const value = fields[field];
    const why = typeof value === "string" ? problem(value) : undefined;
    if (why === undefined) continue;
    notices.push(ignoredField(field, why));
    delete fields[field];
  }
  return notices;
}

function dropViewerUrl(fields: Record<string, unknown>, where: string): readonly ManifestNotice[] {
  if (!Object.hasOwn(fields, "viewer_url")) return [];
  delete fields["viewer_url"];
  const why =
    "a viewer is installed as viewer_zip; a page from elsewhere could change without a new version";
  const isAll = !["binaries", "run", "viewer_zip"].some((name) => Object.hasOwn(fields, name));
  if (isAll) {
    throw manifestUnsupported(where, "of objectiveai.json v3 with nothing but a viewer_url", why);
  }
  return [ignoredField("viewer_url", why)];
}
