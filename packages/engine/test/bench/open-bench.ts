import type { PlanningPhase, SpecId, SpecSettingsChangesResource, TaskId } from "@aomori/contract";
import { getSpec, getTask, listTasks, localOrgId, openStore } from "@aomori/store";
import type { Store, StoredEvent } from "@aomori/store";
import { homeLayout } from "@aomori/system";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GitWorkspaces, createSpec, startEngine } from "../../src/index.ts";
import type { Engine, Limits, Workspaces } from "../../src/index.ts";
import { MemoryWorkspaces } from "./memory-workspaces.ts";
import { ScriptedAgents } from "./scripted-agents.ts";
import type { AgentScript } from "./scripted-agents.ts";
import { ScriptedPlanner, planning } from "./scripted-planner.ts";
import type { PlanScript } from "./scripted-planner.ts";

const patienceMs = 20_000;

/** Real time, moved ahead by a test. */
export class ShiftedClock {
  aheadMs = 0;
  now(): number {
    return Date.now() + this.aheadMs;
  }
}

export interface NewBenchSpec {
  readonly plan?: PlanScript;
  readonly agent?: AgentScript;
  readonly gates?: readonly PlanningPhase[];
  readonly settings?: SpecSettingsChangesResource;
  readonly repository?: string;
}

/** A real store and a real engine, with scripted agents and planners; the git workspaces are real where a test asks for them. */
export class Bench implements AsyncDisposable {
  readonly directory: string;
  readonly clock: ShiftedClock;
  readonly planner: ScriptedPlanner;
  readonly agents: ScriptedAgents;
  readonly workspaces: Workspaces;
  /** Every event since the bench was opened. */
  readonly events: StoredEvent[] = [];
  readonly problems: string[] = [];
  readonly store: Store;
  readonly #memory: MemoryWorkspaces | undefined;
  #engine: Engine | undefined;
  readonly #limits: Limits;
  #heard = Promise.withResolvers<void>();
  #names = 0;

  private constructor(
    store: Store,
    directory: string,
    clock: ShiftedClock,
    options: { readonly git: boolean; readonly limits: Limits },
  ) {
    this.store = store;
    this.directory = directory;
    this.clock = clock;
    this.#limits = options.limits;
    this.#memory = options.git ? undefined : new MemoryWorkspaces();
    this.workspaces =
      this.#memory ??
      new GitWorkspaces({
        clonesDirectory: join(directory, "clones"),
        worktreesDirectory: join(directory, "worktrees"),
      });
    this.planner = new ScriptedPlanner();
    this.agents = new ScriptedAgents((worktree, path, text) =>
      this.#memory === undefined
        ? writeFile(join(worktree, path), text)
        : this.#memory.write(worktree, path, text),
    );
    store.events.onCommit(({ events }) => {
      this.events.push(...events);
      this.#heard.resolve();
      this.#heard = Promise.withResolvers();
    });
  }

  static async open(options: { git?: boolean; limits?: Partial<Limits> } = {}): Promise<Bench> {
    const directory = await mkdtemp(join(tmpdir(), "engine-"));
    const clock = new ShiftedClock();
    const home = homeLayout({ AOMORI_HOME: join(directory, "home") });
    const store = await openStore({ home, clock, randomBytes });
    const limits = { global: 50, perProject: 50, perDriver: {}, ...options.limits };
    const bench = new Bench(store, directory, clock, { git: options.git === true, limits });
    await bench.startEngine();
    return bench;
  }

  async startEngine(): Promise<void> {
    const tell = (message: string, facts?: unknown): void => {
      this.problems.push(`${message} ${JSON.stringify(facts ?? {})}`);
    };
    this.#engine = await startEngine({
      store: this.store,
      executorId: "bench",
      clock: this.clock,
      random: { fraction: () => 0, bytes: randomBytes },
      log: { info: () => {}, warn: tell, error: tell },
      agents: this.agents,
      planner: this.planner,
      workspaces: this.workspaces,
      keys: this.keys,
      limits: this.#limits,
      heartbeatMs: 200,
      lost: new AbortController().signal,
    });
  }

  async stopEngine(): Promise<void> {
    await this.#engine?.close();
    this.#engine = undefined;
  }

  readonly keyring = new Map<SpecId, object>();
  readonly keys = {
    keysFor: (specId: SpecId) => this.keyring.get(specId) ?? {},
    remember: (specId: SpecId, keys: object) => void this.keyring.set(specId, keys),
    forget: (specId: SpecId) => void this.keyring.delete(specId),
  };

  get engine(): Engine["context"] {
    if (this.#engine === undefined) throw new Error("the engine is stopped");
    return this.#engine.context;
  }

  get memory(): MemoryWorkspaces {
    if (this.#memory === undefined) throw new Error("this bench has git workspaces");
    return this.#memory;
  }

  /** A name for scripts, which a spec carries as its model. */
  script(plan: PlanScript = planning(), agent?: AgentScript): string {
    const name = `script-${(this.#names += 1)}`;
    this.planner.play(name, plan);
    this.agents.play(
      name,
      agent ??
        (async ({ write, start }) => {
          await write(`${start.agentId}.txt`, "done");
          return "I wrote a file.";
        }),
    );
    return name;
  }

  async createSpec(spec: NewBenchSpec = {}): Promise<{ id: SpecId; script: string }> {
    const script = this.script(spec.plan, spec.agent);
    const id = await createSpec(this.engine, {
      orgId: localOrgId,
      title: "A cart",
      description: "Buyers want a cart.",
      repository: spec.repository ?? `/repositories/${script}`,
      base: undefined,
      agent: "builtin",
      model: { provider: "openai-compatible", model: script },
      gates: spec.gates ?? [],
      settings: { attemptBackoffMs: 0, validate: false, ...spec.settings },
      keys: {},
      by: "ada",
    });
    return { id, script };
  }

  /** Waits until an event of the spec is there, from the `after`th on. */
  seen(
    specId: SpecId,
    type: string,
    isIt: (event: StoredEvent) => boolean = () => true,
    after = 0,
  ): Promise<StoredEvent> {
    return this.#wait(specId, type, (event) => event.type === type && isIt(event), after);
  }

  /** Waits until nothing goes on by itself any more, and gives the spec's status. */
  async ended(specId: SpecId, after = 0): Promise<string> {
    const ends = ["spec.completed", "spec.failed", "spec.cancelled", "phase.awaiting_approval"];
    await this.#wait(specId, "an end", ({ type }) => ends.includes(type), after);
    return (await this.spec(specId)).status;
  }

  async #wait(
    specId: SpecId,
    what: string,
    isIt: (event: StoredEvent) => boolean,
    after: number,
  ): Promise<StoredEvent> {
    const late = Promise.withResolvers<"late">();
    const timer = setTimeout(() => late.resolve("late"), patienceMs);
    try {
      for (let from = after; ;) {
        const found = this.events
          .slice(from)
          .find((event) => event.spec_id === specId && isIt(event));
        if (found !== undefined) return found;
        from = this.events.length;
        if ((await Promise.race([this.#heard.promise, late.promise])) !== "late") continue;
        const problems = this.problems.join("\n");
        throw new Error(`${what} did not come; there is\n${this.story(specId)}\n${problems}`);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async spec(id: SpecId) {
    const spec = await getSpec(this.store.scope(localOrgId), id);
    if (spec === undefined) throw new Error(`${id} is gone`);
    return spec;
  }

  async task(id: TaskId) {
    const task = await getTask(this.store.scope(localOrgId), id);
    if (task === undefined) throw new Error(`${id} is gone`);
    return task;
  }

  async tasks(specId: SpecId) {
    return (await listTasks(this.store.scope(localOrgId), { specId, limit: 500 })).items;
  }

  /** The spec's events of these types, as one line each. */
  types(specId: SpecId, ...prefixes: string[]): string[] {
    return this.events
      .filter(
        ({ spec_id: id, type }) => id === specId && prefixes.some((one) => type.startsWith(one)),
      )
      .map(({ type }) => type);
  }

  story(specId: SpecId): string {
    return this.events
      .filter((event) => event.spec_id === specId)
      .map(({ type, task_id: task, summary }) => `${type} ${task ?? ""} ${summary}`)
      .join("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopEngine();
    await this.store.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}
