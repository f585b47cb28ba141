import { GitWorkspaces, startEngine, takeLease } from "@aomori/engine";
import { findConfinement } from "@aomori/agents";
import type { Clock, Engine, Log } from "@aomori/engine";
import { openStore } from "@aomori/store";
import type { Store } from "@aomori/store";
import { ensureHome, randomBytes } from "@aomori/system";
import type { HomeLayout } from "@aomori/system";
import { agentPort } from "./agent-port.ts";
import { importJournal } from "./import-journal.ts";
import { plannerPort } from "./planner-port.ts";
import { ProviderKeyRing } from "./provider-keys.ts";
import { readLimits } from "./settings.ts";
import { tidyWorktrees } from "./tidy-worktrees.ts";

export interface RuntimeOptions {
  readonly layout: HomeLayout;
  /** The user's PostgreSQL; PGlite under the home when absent. */
  readonly databaseUrl?: string | undefined;
  /** Of the program, told to another one that finds the store in use. */
  readonly version: string;
  readonly log: Log;
  /** Between an agent's heartbeats; 15 s (design §5). */
  readonly heartbeatMs?: number;
}

/** Store, engine and agents joined: what a server and, later, a worker run. */
export interface Runtime extends AsyncDisposable {
  readonly store: Store;
  readonly engine: Engine;
  readonly keys: ProviderKeyRing;
  readonly layout: HomeLayout;
  /** Aborted once another process has taken the store over; nothing can be written any more. */
  readonly lost: AbortSignal;
  close(): Promise<void>;
}

const executorId = "local";
const defaultHeartbeatMs = 15_000;

/** Opens the store as the one process that works on it (STORE_IN_USE otherwise), takes up pending work and tidies what a crash left. */
export async function openRuntime(options: RuntimeOptions): Promise<Runtime> {
  const { layout, databaseUrl, log } = options;
  await ensureHome(layout);
  const clock = { now: () => Date.now() };
  const store = await openStore({
    home: layout,
    databaseUrl,
    clock,
    randomBytes,
    onLog: (message) => log.info(message),
  });
  try {
    return await openEngine(options, store, clock);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function openEngine(options: RuntimeOptions, store: Store, clock: Clock): Promise<Runtime> {
  const { layout, version, log } = options;
  const lease = await takeLease(store, { version, log });
  try {
    const { confinesCommands, ...limits } = await readLimits(layout.configFile);
    const keys = new ProviderKeyRing(layout.credentialsFile);
    await keys.refresh();
    if (confinesCommands) log.info(howConfined());
    const workspaces = new GitWorkspaces(layout);
    await tidyWorktrees(store, workspaces, log);
    await importJournal(store, layout.journalDirectory, log);
    const engine = await startEngine({
      store,
      executorId,
      clock,
      random: { fraction: () => Math.random(), bytes: randomBytes },
      log,
      agents: agentPort({ confinesCommands }),
      planner: plannerPort,
      workspaces,
      keys,
      limits,
      heartbeatMs: options.heartbeatMs ?? defaultHeartbeatMs,
      lost: lease.lost,
      contested: lease.contested,
    });
    const close = async (): Promise<void> => {
      await engine.close();
      await lease.close();
      await store.close();
    };
    const { lost } = lease;
    return { store, engine, keys, layout, lost, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await lease.close();
    throw error;
  }
}

function howConfined(): string {
  const found = findConfinement(process.env);
  return typeof found === "string"
    ? `commands of the builtin agent are not confined: ${found}`
    : `commands of the builtin agent are confined by ${found.program}`;
}
