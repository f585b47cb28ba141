import type { Adapter, Plan } from "../adapter.ts";
import type { ByteString } from "../byte-text.ts";
import { isAscii, textFields, toByteString } from "../byte-text.ts";
import { integer, recordSchema, text } from "../json-schema.ts";
import type { Item } from "../record.ts";
import { pathErrorItem } from "./errno.ts";
import { Facts, factSchemas, kindFacts, statOf } from "./facts.ts";
import type { FindRequest } from "./find-request.ts";
import { findRequest } from "./find-request.ts";
import { findPlan } from "./find-channel.ts";
import { fileKind } from "./kinds.ts";
import type { WalkEntry } from "./walk.ts";
import { walk } from "./walk.ts";

const batchSize = 256;

export const find: Adapter = {
  name: "find",
  summary: "Find files below directories",
  channel: "readdir in this process; find -printf with NUL where the expression needs it",
  source: "native",
  effects: { readOnly: true },
  recordTypes: ["entry"],
  schema: recordSchema(
    "entry",
    { path: text, name: text, kind: fileKind, depth: integer, ...factSchemas },
    ["path", "name", "kind"],
  ),
  takesTrailingOptions: true,
  cursor: { kind: "position" },
  flags:
    "every test of GNU find; -ls adds the facts of ls -l; refused: -exec and its like, -delete, -printf, -fprint",
  plan: (argv): Plan => {
    const request = findRequest(argv);
    if (request.kind === "channel") return findPlan(request);
    return { kind: "native", items: () => found(request) };
  },
};

function* found(
  request: Extract<FindRequest, { readonly kind: "native" }>,
): Generator<readonly Item[], void> {
  const facts = new Facts();
  const { minDepth, maxDepth, followRoots, kinds, names } = request;
  let batch: Item[] = [];
  for (const root of request.roots.map(toByteString)) {
    for (const entry of walk(root, { maxDepth, followRoots })) {
      if ("error" in entry) batch.push(entry);
      else if (
        entry.depth >= minDepth &&
        (kinds === undefined || kinds.has(entry.kind)) &&
        names.every((matches) => matches(lastPart(entry)))
      ) {
        batch.push(recordOf(entry, request.long ? facts : undefined));
      }
      if (batch.length < batchSize) continue;
      yield batch;
      batch = [];
    }
  }
  yield batch;
}

function lastPart({ name, depth }: WalkEntry): ByteString {
  if (depth > 0) return name;
  const trimmed = name.replace(/\/+$/, "");
  return trimmed === "" ? "/" : trimmed.slice(trimmed.lastIndexOf("/") + 1);
}

function recordOf(entry: WalkEntry, facts: Facts | undefined): Item {
  const { path, kind, depth } = entry;
  const last = lastPart(entry);
  const names = isAscii(path)
    ? { path, name: last }
    : { ...textFields("path", path), ...textFields("name", last) };
  if (facts === undefined) return { type: "entry", source: "native", ...names, kind, depth };
  try {
    const stats = statOf(path);
    const more = kind === "file" || kind === "directory" ? undefined : kindFacts(stats, path);
    return {
      type: "entry",
      source: "native",
      ...names,
      kind,
      depth,
      ...facts.of(stats, path),
      ...more,
    };
  } catch (error) {
    return pathErrorItem(error, "look at", path);
  }
}
