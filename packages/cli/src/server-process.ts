import type { HomeLayout } from "@aomori/system";
import { version } from "./identity.ts";

export interface ServeOptions {
  readonly layout: HomeLayout;
  readonly port: number;
  readonly databaseUrl: string | undefined;
  readonly log: (line: ServerLogLine) => void;
}

export interface ServerLogLine {
  readonly level: "info" | "warn" | "error";
  readonly message: string;
  readonly error?: unknown;
}

export interface ServedHere {
  readonly url: string;
  readonly port: number;
  /** Resolves once the server has drained, whoever asked for it. */
  readonly stopped: Promise<void>;
  drain(): Promise<void>;
}

interface Imported {
  readonly rows: number;
  /** Specs that are not over: an engine on this store will take them up. */
  readonly specsInFlight: readonly string[];
  /** Their tasks that are ready or under way. */
  readonly tasksInFlight: number;
}

export interface OpenedStore extends AsyncDisposable {
  exportTo(path: string): Promise<{ readonly rows: number }>;
  importFrom(path: string): Promise<Imported>;
  check(): Promise<readonly unknown[]>;
}

/** The only door to server, store and model server: loaded where one is started, so that no other command pays. */
export async function serveHere(options: ServeOptions): Promise<ServedHere> {
  const { startServer } = await import("@aomori/server");
  return await startServer({ ...options, version });
}

/** The OpenAPI document; loads every schema and no server. */
export async function apiDocument(): Promise<unknown> {
  const { openApiDocument } = await import("@aomori/server/openapi");
  return openApiDocument(version);
}

/** Opens the store in this process, which nothing else may hold meanwhile. */
export async function openStoreHere(
  layout: HomeLayout,
  databaseUrl: string | undefined,
  onLog: (message: string) => void,
): Promise<OpenedStore> {
  const {
    allOrganizationsLiveSpecs,
    allOrganizationsLiveTasks,
    checkStore,
    exportStore,
    importStore,
    openStore,
  } = await import("@aomori/store");
  const { randomBytes } = await import("@aomori/system");
  const store = await openStore({
    home: layout,
    databaseUrl,
    clock: { now: () => Date.now() },
    randomBytes,
    onLog,
  });
  return {
    exportTo: (path) => exportStore(store, path),
    importFrom: async (path) => {
      const { rows } = await importStore(store, path);
      const specs = await allOrganizationsLiveSpecs(store);
      const tasks = await allOrganizationsLiveTasks(store);
      return { rows, specsInFlight: specs.map(({ id }) => id), tasksInFlight: tasks.length };
    },
    check: () => checkStore(store),
    [Symbol.asyncDispose]: () => store.close(),
  };
}
