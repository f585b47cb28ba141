export interface PlannedTask {
  /** Indices of tasks before this one. */
  readonly dependsOn: readonly number[];
}

/**
 * A random graph in layers of `width`: each task waits for one to three of the layer before it. The same seed gives
 * the same graph.
 */
export function layeredDag(count: number, width: number, seed = 1): PlannedTask[] {
  const random = generator(seed);
  return Array.from({ length: count }, (_, index) => {
    const layer = Math.floor(index / width);
    if (layer === 0) return { dependsOn: [] };
    const first = (layer - 1) * width;
    const wanted = 1 + Math.floor(random() * 3);
    const picked = Array.from({ length: wanted }, () => first + Math.floor(random() * width));
    return { dependsOn: [...new Set(picked)] };
  });
}

/** `count` tasks in `chains` chains that have nothing to do with each other. */
export function chains(count: number, width: number): PlannedTask[] {
  return Array.from({ length: count }, (_, index) => ({
    dependsOn: index < width ? [] : [index - width],
  }));
}

/** Numbers in [0, 1) from a seed (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
