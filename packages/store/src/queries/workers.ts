import type { WorkerId } from "@aomori/contract";
import { sql } from "kysely";

import { databaseOf } from "../store.ts";
import type { Store } from "../store.ts";

/** Which process works under a name. */
export interface WorkerProcess {
  /** For people. */
  readonly host: string;
  readonly pid: number;
  /** Opaque; equal for one process of one machine and for no other. */
  readonly processStart: string;
  readonly version: string;
}

export interface WorkerRow {
  readonly id: WorkerId;
  /** Raised each time the name is taken. */
  readonly fence: number;
  /** `null` once the worker has given its name back. */
  readonly process: WorkerProcess | null;
  /** Since the last heartbeat, by the database's clock. */
  readonly silentMs: number;
}

export async function findWorker(store: Store, id: WorkerId): Promise<WorkerRow | undefined> {
  const row = await databaseOf(store)
    .selectFrom("workers")
    .select(["id", "fence", "host", "pid", "processStart", "version"])
    .select(
      sql<number>`(extract(epoch from clock_timestamp() - heartbeat_at) * 1000)::float8`.as(
        "silentMs",
      ),
    )
    .where("id", "=", id)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { fence, host, pid, processStart, version, silentMs } = row;
  const process = pid === null ? null : { host, pid, processStart, version };
  return { id: row.id, fence, process, silentMs };
}

/**
 * Takes a worker's name from the holder of `fence` (0: the name is new). Answers with the new holder's fence, by which an
 * older holder finds its writes refused; `undefined` when another process was faster.
 */
export async function takeWorker(
  store: Store,
  id: WorkerId,
  taken: { readonly by: WorkerProcess; readonly fence: number },
): Promise<number | undefined> {
  const now = sql<string>`clock_timestamp()`;
  const { by, fence } = taken;
  const row = await databaseOf(store)
    .insertInto("workers")
    .values({ id, fence: 1, ...by, startedAt: now, heartbeatAt: now })
    .onConflict((conflict) =>
      conflict
        .column("id")
        .doUpdateSet({ fence: fence + 1, ...by, startedAt: now, heartbeatAt: now })
        .where("workers.fence", "=", fence),
    )
    .returning("fence")
    .executeTakeFirst();
  return row?.fence;
}

/** Says that the worker lives; false when another process has taken its name. */
export async function heartbeatWorker(
  store: Store,
  { id, fence }: Pick<WorkerRow, "id" | "fence">,
): Promise<boolean> {
  const result = await databaseOf(store)
    .updateTable("workers")
    .set({ heartbeatAt: sql<string>`clock_timestamp()` })
    .where("id", "=", id)
    .where("fence", "=", fence)
    .executeTakeFirstOrThrow();
  return result.numUpdatedRows === 1n;
}

/** Gives a name back, unless another process has taken it. The fence stays, so that it only ever grows. */
export async function releaseWorker(
  store: Store,
  { id, fence }: Pick<WorkerRow, "id" | "fence">,
): Promise<void> {
  await databaseOf(store)
    .updateTable("workers")
    .set({ pid: null })
    .where("id", "=", id)
    .where("fence", "=", fence)
    .execute();
}
