import type { Adapter, Plan } from "../adapter.ts";
import type { ByteString } from "../byte-text.ts";
import { toByteString } from "../byte-text.ts";
import { integer, recordSchema, text } from "../json-schema.ts";
import type { EntryBatch, ListedEntry } from "./entry-records.ts";
import { EntryRecords } from "./entry-records.ts";
import { factSchemas } from "./facts.ts";
import type { FindRequest } from "./find-request.ts";
import { findRequest } from "./find-request.ts";
import { findPlan } from "./find-channel.ts";
import { fileKind } from "./kinds.ts";
import { encodedEntries, toldEntries } from "./told-entries.ts";
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
    const form = { tool: "find", long: request.long } as const;
    return {
      kind: "native",
      items: () => toldEntries(found(request), form),
      encoded: () => encodedEntries(found(request), form),
    };
  },
};

function* found(
  request: Extract<FindRequest, { readonly kind: "native" }>,
): Generator<EntryBatch, void> {
  const records = new EntryRecords({ tool: "find", long: request.long });
  const { minDepth, maxDepth, followRoots, kinds, names } = request;
  const isWanted = ({ name, kind, depth }: WalkEntry): boolean =>
    depth >= minDepth &&
    (kinds === undefined || kinds.has(kind)) &&
    names.every((matches) => matches(name));
  for (const root of request.roots.map(toByteString)) {
    let entries: ListedEntry[] = [];
    for (const step of walk(root, { maxDepth, followRoots })) {
      if ("error" in step) {
        yield { entries };
        yield { items: [step] };
        entries = [];
        continue;
      }
      const [first] = step;
      // The path of a starting point does not end in its name, as it was typed: it goes its own way.
      if (first?.depth === 0) {
        const point = { ...first, name: lastPart(first) };
        if (isWanted(point)) yield { items: records.items({ entries: [point] }) };
        continue;
      }
      for (const entry of step) if (isWanted(entry)) entries.push(entry);
      if (entries.length < batchSize) continue;
      yield { entries };
      entries = [];
    }
    yield { entries };
  }
}

function lastPart({ name }: WalkEntry): ByteString {
  const trimmed = name.replace(/\/+$/, "");
  return trimmed === "" ? "/" : trimmed.slice(trimmed.lastIndexOf("/") + 1);
}
