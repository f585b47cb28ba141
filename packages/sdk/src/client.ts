import { Calls } from "./calls.ts";
import { createFetchTransport } from "./fetch-transport.ts";
import { Account, Keys, Projects, SystemCalls } from "./resources/account.ts";
import { Agents } from "./resources/agents.ts";
import { DagCalls } from "./resources/dag.ts";
import { Events } from "./resources/events.ts";
import { Specs } from "./resources/specs.ts";
import { Tasks, Tickets } from "./resources/tasks.ts";
import type { Transport } from "./transport.ts";

export interface ClientOptions {
  /** Where the server answers, `http://127.0.0.1:4321` say. */
  readonly baseUrl: string;
  /** `aomori_sk_…`; only health can be asked without one. */
  readonly apiKey?: string;
  /** `fetch` by default. */
  readonly transport?: Transport;
  /** A `fetch` of your own for the default transport. */
  readonly fetch?: typeof globalThis.fetch;
  /** For one attempt; 60 s by default. */
  readonly timeoutMs?: number;
  /** For calls that may be sent twice; 3 by default. */
  readonly maxRetries?: number;
}

/** The Aomori API, in Node and in browsers. Opens nothing until it is called. */
export class Client {
  readonly specs: Specs;
  readonly tickets: Tickets;
  readonly tasks: Tasks;
  readonly agents: Agents;
  readonly dag: DagCalls;
  readonly events: Events;
  readonly projects: Projects;
  readonly keys: Keys;
  readonly account: Account;
  readonly system: SystemCalls;

  constructor({ baseUrl, apiKey, transport, fetch, timeoutMs, maxRetries }: ClientOptions) {
    const calls = new Calls({
      baseUrl,
      apiKey,
      transport: transport ?? createFetchTransport(fetch ?? globalThis.fetch.bind(globalThis)),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(maxRetries === undefined ? {} : { maxRetries }),
    });
    this.specs = new Specs(calls);
    this.tickets = new Tickets(calls);
    this.tasks = new Tasks(calls);
    this.agents = new Agents(calls);
    this.dag = new DagCalls(calls);
    this.events = new Events(calls);
    this.projects = new Projects(calls);
    this.keys = new Keys(calls);
    this.account = new Account(calls);
    this.system = new SystemCalls(calls);
  }
}
