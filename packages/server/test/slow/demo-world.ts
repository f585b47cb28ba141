import type { AgentId, SpecId } from "@aomori/contract";
import { isCodedError } from "@aomori/protocol";
import type { Client } from "@aomori/sdk";
import {
  createSampleRepository,
  demoScenarioUrl,
  loadScenario,
  startModelServer,
} from "@aomori/testkit";
import type { ModelServer, Scenario } from "@aomori/testkit";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ServerProcess } from "./server-process.ts";
import type { ServerStart } from "./server-process.ts";

/** One hash over the names and contents of everything below a directory, `.git` included. */
export async function hashTree(directory: string): Promise<string> {
  const hash = createHash("sha256");
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries.map((entry) => ({ entry, path: join(entry.parentPath, entry.name) }));
  for (const { entry, path } of paths.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    hash.update(`${relative(directory, path)}\0`);
    if (entry.isFile()) hash.update(await readFile(path));
  }
  return hash.digest("hex");
}

/**
 * The demo's scenario with delays short enough for a hundred runs; only the agent that is to be steered works slowly enough
 * to be met at work, however fast the machine is.
 */
export async function quickScenario(): Promise<Scenario> {
  const text = await readFile(demoScenarioUrl, "utf8");
  const scenario = await loadScenario(demoScenarioUrl);
  if (!text.includes("delay_ms")) throw new Error("the demo has no delays any more");
  const quick = JSON.parse(
    JSON.stringify(scenario, (key, value: unknown) => (key === "delay_ms" ? 5 : value)),
  ) as Scenario;
  const steered = scenario.steering.map(({ task_title: title }) => title);
  const tasks = quick.tasks.map(({ implementation: scripts, ...task }) => {
    if (scripts === undefined) return task;
    const isSteered = task.title !== undefined && steered.includes(task.title);
    const slow = isSteered ? { delay_ms: 250 } : {};
    return { ...task, implementation: scripts.map((script) => ({ ...script, ...slow })) };
  });
  return { ...quick, tasks };
}

/** A home, a sample repository and a model server that outlives every server of the home. */
export class DemoWorld implements AsyncDisposable {
  readonly directory: string;
  readonly home: string;
  readonly repository: string;
  readonly model: ModelServer;
  readonly scenario: Scenario;
  readonly repositoryHash: string;
  specId: SpecId | undefined;
  kills = 0;
  #steeredAgents = new Set<AgentId>();

  private constructor(parts: {
    directory: string;
    repository: string;
    model: ModelServer;
    scenario: Scenario;
    repositoryHash: string;
  }) {
    this.directory = parts.directory;
    this.home = join(parts.directory, "home");
    this.repository = parts.repository;
    this.model = parts.model;
    this.scenario = parts.scenario;
    this.repositoryHash = parts.repositoryHash;
  }

  static async create(scenario?: Scenario): Promise<DemoWorld> {
    const directory = await mkdtemp(join(tmpdir(), "aomori-demo-"));
    const played = scenario ?? (await quickScenario());
    const model = await startModelServer({ scenario: played });
    const repository = join(directory, "repo");
    await createSampleRepository(repository);
    const repositoryHash = await hashTree(repository);
    return new DemoWorld({ directory, repository, model, scenario: played, repositoryHash });
  }

  serve(options: ServerStart = {}): ServerProcess {
    return new ServerProcess(this.home, options);
  }

  /** Creates the spec unless an earlier server has; a killed one may have stored it without answering. */
  async ensureSpec(client: Client): Promise<SpecId> {
    if (this.specId !== undefined) return this.specId;
    for await (const spec of client.specs.list()) this.specId ??= spec.id;
    if (this.specId !== undefined) return this.specId;
    const { spec } = this.scenario;
    const created = await client.specs.create({
      title: spec?.title ?? "demo",
      description: spec?.description ?? "",
      repo: this.repository,
      model: "anthropic/scripted",
      baseUrl: `${this.model.url}/v1`,
    });
    this.specId = created.id;
    return created.id;
  }

  /** Whether an order was given that must have been followed in the end. */
  get wasSteered(): boolean {
    return this.#steeredAgents.size > 0;
  }

  /**
   * Plays the person of the scenario until the spec is over or the server is gone: creates the spec, and steers each
   * agent that takes up the task the scenario steers, since an order is given to an agent.
   */
  async play(server: ServerProcess): Promise<"over" | "died"> {
    const answer = await server.answer;
    if (answer.kind === "died") return "died";
    if (answer.kind === "refused") {
      throw new Error(`the server refused to start: ${answer.code}: ${answer.message}`);
    }
    const client = await server.client();
    while (server.alive) {
      try {
        const id = await this.ensureSpec(client);
        await this.#steer(client, id);
        const { status, failure } = await client.specs.get(id);
        if (status === "completed") return "over";
        if (status === "failed") throw new SpecFailed(JSON.stringify(failure));
      } catch (error) {
        if (error instanceof SpecFailed) throw error;
        // A server that was killed under the request is what this is about; any other error is the test's.
        await Promise.race([server.ended, sleep(2_000)]);
        if (server.alive) throw error;
      }
      await sleep(60);
    }
    return "died";
  }

  async #steer(client: Client, specId: SpecId): Promise<void> {
    if (this.#steeredAgents.size > 0) return;
    const [steering] = this.scenario.steering;
    if (steering === undefined) return;
    for await (const task of client.tasks.list({ specId, status: "running" })) {
      if (task.title !== steering.task_title) continue;
      for await (const agent of client.agents.list({ taskId: task.id })) {
        if (agent.endedAt !== null || agent.executionMode !== "implementation") continue;
        const { action, instruction } = steering;
        try {
          await client.agents.steer(agent.id, { action, instruction, deliver: "next-step" });
        } catch (error) {
          // It ended between the list and the order; the next one that does the task gets it.
          if (isCodedError(error) && error.code === "AGENT_OVER") return;
          throw error;
        }
        this.#steeredAgents.add(agent.id);
        return;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.model.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}

export class SpecFailed extends Error {}
