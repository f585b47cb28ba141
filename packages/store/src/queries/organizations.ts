import type { OrgId } from "@aomori/contract";

import { isoTime } from "../clock.ts";
import { databaseOf } from "../store.ts";
import type { Store } from "../store.ts";

export interface Organization {
  readonly id: OrgId;
  readonly name: string;
  /** The newest event's `seq`; 0 before the first. */
  readonly eventSeq: number;
  readonly createdAt: string;
}

/** Makes an organisation; does nothing where it is there already. */
export async function ensureOrganization(
  store: Store,
  { id, name }: Pick<Organization, "id" | "name">,
): Promise<void> {
  const found = await getOrganization(store, id);
  if (found !== undefined) return;
  await databaseOf(store)
    .insertInto("organizations")
    .values({ id, name, createdAt: isoTime(store.clock.now()) })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
}

export async function getOrganization(store: Store, id: OrgId): Promise<Organization | undefined> {
  return databaseOf(store)
    .selectFrom("organizations")
    .select(["id", "name", "eventSeq", "createdAt"])
    .where("id", "=", id)
    .executeTakeFirst();
}

/** Every organisation, for work that belongs to none of them. */
export async function allOrganizations(store: Store): Promise<Organization[]> {
  return databaseOf(store)
    .selectFrom("organizations")
    .select(["id", "name", "eventSeq", "createdAt"])
    .orderBy("id")
    .execute();
}
