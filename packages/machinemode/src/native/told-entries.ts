import type { EncodedRecords } from "../adapter.ts";
import type { Item } from "../record.ts";
import type { EntryBatch, EntryForm } from "./entry-records.ts";
import { EntryRecords } from "./entry-records.ts";

/** From here on a listing is long, and code of its own pays for being loaded. */
const fewEntries = 2000;

/** The items of a listing, entry by entry. */
export function* toldEntries(
  batches: Iterable<EntryBatch>,
  form: EntryForm,
): Generator<readonly Item[], void> {
  const records = new EntryRecords(form);
  for (const batch of batches) yield "items" in batch ? batch.items : records.items(batch);
}

/** The same where nobody looks at single records: the first ones as items, of many the rest as lines. */
export async function* encodedEntries(
  batches: Generator<EntryBatch, void>,
  form: EntryForm,
): AsyncGenerator<readonly Item[] | EncodedRecords, void> {
  try {
    yield* toldEntries(first(fewEntries, batches), form);
    const more = goingOn(batches);
    if (more === undefined) return;
    const { entryLines } = await import("./entry-lines.ts");
    yield* entryLines(more, form);
  } finally {
    batches.return();
  }
}

/** The batches of so many entries, the last one whole; what follows is left. */
function* first(count: number, batches: Generator<EntryBatch, void>): Generator<EntryBatch, void> {
  for (let seen = 0; seen < count;) {
    const { done, value } = batches.next();
    if (done === true) return;
    yield value;
    seen += "items" in value ? value.items.length : value.entries.length;
  }
}

/** What is left; undefined where that is nothing. */
function goingOn(batches: Generator<EntryBatch, void>): Generator<EntryBatch, void> | undefined {
  const { done, value } = batches.next();
  if (done === true) return undefined;
  return (function* () {
    yield value;
    yield* batches;
  })();
}
