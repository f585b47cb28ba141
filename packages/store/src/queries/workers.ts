import type { WorkerId } from "@aomori/contract";
import { sql } from "kysely";

import { isoTime } from "../clock.ts";
import { databaseOf } from "../store.ts";
import type { Store } from "../store.ts";

export interface WorkerRow {
  readonly id: WorkerId;
  readonly fence: number;
  readonly version: string;
  readonly startedAt: string;
  readonly heartbeatAt: string;
}

/** Takes a worker's name. Every holder gets a higher fence, and an older one finds its heartbeat refused. */
export async function takeWorker(
  store: Store,
  { id, version }: Pick<WorkerRow, "id" | "version">,
): Promise<number> {
  const now = isoTime(store.clock.now());
  const row = await databaseOf(store)
    .insertInto("workers")
    .values({ id, fence: 1, version, startedAt: now, heartbeatAt: now })
    .onConflict((conflict) =>
      conflict.column("id").doUpdateSet({
        fence: sql`workers.fence + 1`,
        version,
        startedAt: now,
        heartbeatAt: now,
      }),
    )
    .returning("fence")
    .executeTakeFirstOrThrow();
  return row.fence;
}

/** Says that the worker lives; false when another process has taken its name. */
export async function heartbeatWorker(
  store: Store,
  { id, fence }: Pick<WorkerRow, "id" | "fence">,
): Promise<boolean> {
  const result = await databaseOf(store)
    .updateTable("workers")
    .set({ heartbeatAt: isoTime(store.clock.now()) })
    .where("id", "=", id)
    .where("fence", "=", fence)
    .executeTakeFirstOrThrow();
  return result.numUpdatedRows === 1n;
}

export async function listWorkers(store: Store): Promise<WorkerRow[]> {
  return databaseOf(store).selectFrom("workers").selectAll().orderBy("id").execute();
}

/** Forgets a worker that ended, unless another process has taken its name. */
export async function removeWorker(
  store: Store,
  { id, fence }: Pick<WorkerRow, "id" | "fence">,
): Promise<void> {
  await databaseOf(store)
    .deleteFrom("workers")
    .where("id", "=", id)
    .where("fence", "=", fence)
    .execute();
}
