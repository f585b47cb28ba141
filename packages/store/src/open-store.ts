import type { OrgId, RandomBytes } from "@aomori/contract";
import type { HomeLayout } from "@aomori/system";

import type { Clock } from "./clock.ts";
import { loadMigrations } from "./migrations.ts";
import { openPglite } from "./pglite-backend.ts";
import { openPostgres } from "./postgres-backend.ts";
import { ensureOrganization } from "./queries/organizations.ts";
import { Store } from "./store.ts";

export interface OpenStoreOptions {
  readonly home: Pick<HomeLayout, "databaseDirectory" | "databaseLockFile" | "backupsDirectory">;
  /** The user's PostgreSQL; PGlite in `home` when absent. */
  readonly databaseUrl?: string | undefined;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly onLog?: (message: string) => void;
}

/** The one organisation of a store that nobody has divided. */
export const localOrgId: OrgId = "org_local";

/** Opens the store, made and migrated where needed, with its default organisation. */
export async function openStore(options: OpenStoreOptions): Promise<Store> {
  const { home, databaseUrl, clock, randomBytes, onLog = () => undefined } = options;
  const migrations = await loadMigrations();
  const backend =
    databaseUrl === undefined
      ? await openPglite({ ...home, migrations, clock, onLog })
      : await openPostgres({ databaseUrl, migrations, clock, onLog });
  const store = new Store({ backend, clock, randomBytes });
  try {
    await ensureOrganization(store, { id: localOrgId, name: "local" });
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}
