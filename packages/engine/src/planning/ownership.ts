import type { SyncArtifact } from "@aomori/contract";
import type { Reachability } from "../scheduling/reachability.ts";
import { cleanPath, compilePath, pathsOverlap, patternsOverlap } from "./path-overlap.ts";

export type OwnershipOverlap = SyncArtifact["dependency_analysis"]["ownership_overlaps"][number];

export interface Owner {
  readonly id: string;
  /** Clean paths (`ownedFiles`). */
  readonly files: readonly string[];
}

/** Pairs of tasks that may run at once and own a common file. */
export function ownershipOverlaps(
  owners: readonly Owner[],
  order: Reachability<string>,
): readonly OwnershipOverlap[] {
  const compiled = owners.map(({ id, files }) => ({
    id,
    files: files.map((path) => ({ path, patterns: compilePath(path) })),
  }));
  return compiled.flatMap((one, index) =>
    compiled.slice(index + 1).flatMap((other) => {
      if (!order.parallel(one.id, other.id)) return [];
      const paths = one.files.flatMap((a) =>
        other.files
          .filter((b) => a.patterns.some((x) => b.patterns.some((y) => patternsOverlap(x, y))))
          .map((b) => ({ a: a.path, b: b.path })),
      );
      return paths.length === 0 ? [] : [{ task_a: one.id, task_b: other.id, paths }];
    }),
  );
}

/** Whether one of the owned paths covers a file. */
export function ownsFile(owned: readonly string[], file: string): boolean {
  const path = cleanPath(file);
  return path !== undefined && owned.some((pattern) => pathsOverlap(pattern, path));
}
