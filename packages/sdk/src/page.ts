/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Opaque; `null` on the last page. */
  readonly nextCursor: string | null;
}

/** A list that has been asked for: awaited, its first page; iterated, every item of every page. */
export type Listing<Item> = Promise<Page<Item>> & AsyncIterable<Item>;

/** Fetches the first page now and the others while they are iterated. */
export function listing<Item>(
  fetchPage: (cursor: string | undefined) => Promise<Page<Item>>,
): Listing<Item> {
  const first = fetchPage(undefined);
  return Object.assign(first, {
    async *[Symbol.asyncIterator](): AsyncGenerator<Item> {
      let page = await first;
      yield* page.items;
      while (page.nextCursor !== null) {
        page = await fetchPage(page.nextCursor);
        yield* page.items;
      }
    },
  });
}

/** The cursor as a field of a list's input. */
export const atCursor = (cursor: string | undefined): { cursor?: string } =>
  cursor === undefined ? {} : { cursor };
