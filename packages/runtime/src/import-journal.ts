import { JournalEvent } from "@aomori/contract";
import type { Log } from "@aomori/engine";
import { localOrgId, storedEvents } from "@aomori/store";
import type { Store } from "@aomori/store";
import { readJournal, rejectFromJournal, removeFromJournal } from "@aomori/system";

/**
 * Takes the events of operations that ran without a server into the store, each once: one that is stored and whose file is
 * still there was stored by a process that died in between. What is no event is put aside and told of.
 */
export async function importJournal(store: Store, directory: string, log: Log): Promise<void> {
  const events: JournalEvent[] = [];
  for (const { id, text } of await readJournal(directory)) {
    const event = parse(text);
    if (event?.id === id) {
      events.push(event);
    } else {
      const place = await rejectFromJournal(directory, id);
      log.warn(`an entry of the journal is no event; it lies at ${place}`);
    }
  }
  if (events.length === 0) return;
  await store.transaction(localOrgId, async (transaction) => {
    const known = await storedEvents(
      transaction,
      events.map(({ id }) => id),
    );
    for (const event of events) if (!known.has(event.id)) transaction.record(event);
  });
  for (const { id } of events) await removeFromJournal(directory, id);
}

function parse(text: string): JournalEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  return JournalEvent.safeParse(value).data;
}
