export interface NestedItem {
  /** Without its children. */
  readonly item: unknown;
  readonly place: {
    readonly depth: number;
    readonly key?: string;
    readonly parent_keys?: readonly string[];
  };
}

/**
 * An item and everything below it, parents first. Children are an array, or an object whose keys then name
 * them: `key` and the keys above it, `parent_keys`.
 */
export function* nestedItems(root: unknown, children: string): Generator<NestedItem, void> {
  const waiting: {
    readonly value: unknown;
    readonly keys: readonly string[] | undefined;
    readonly depth: number;
  }[] = [{ value: root, keys: undefined, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, keys, depth } = next;
    const named =
      keys === undefined ? {} : { key: keys.at(-1) ?? "", parent_keys: keys.slice(0, -1) };
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, children)) {
      yield { item: value, place: { depth, ...named } };
      continue;
    }
    const { [children]: below, ...item } = Object.fromEntries(Object.entries(value));
    yield { item, place: { depth, ...named } };
    if (Array.isArray(below)) {
      const items: readonly unknown[] = below;
      for (const child of items.toReversed())
        waiting.push({ value: child, keys: undefined, depth: depth + 1 });
    } else if (typeof below === "object" && below !== null) {
      for (const [key, child] of Object.entries(below).toReversed()) {
        waiting.push({ value: child, keys: [...(keys ?? []), key], depth: depth + 1 });
      }
    }
  }
}
