import { operations } from "@aomori/contract";
import type {
  OperationInput,
  OperationOutput,
  StepResource,
  TaskDetailResource,
  TaskId,
  TaskResource,
  TaskResultResource,
  TicketId,
  TicketResource,
} from "@aomori/contract";
import type { Answer, CallOptions, Calls, EffectOptions } from "../calls.ts";
import { atCursor, listing } from "../page.ts";
import type { Listing } from "../page.ts";

export class Tickets {
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  get(id: TicketId, options?: CallOptions): Promise<TicketResource> {
    return this.#calls.read(operations["tickets.get"], { id }, options);
  }

  list(
    filters: OperationInput<"tickets.list"> = {},
    options?: CallOptions,
  ): Listing<TicketResource> {
    return listing((cursor) =>
      this.#calls.read(operations["tickets.list"], { ...filters, ...atCursor(cursor) }, options),
    );
  }
}

export class Tasks {
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /** With the reasons why it is not running. */
  get(id: TaskId, options?: CallOptions): Promise<TaskDetailResource> {
    return this.#calls.read(operations["tasks.get"], { id }, options);
  }

  list(filters: OperationInput<"tasks.list"> = {}, options?: CallOptions): Listing<TaskResource> {
    return listing((cursor) =>
      this.#calls.read(operations["tasks.list"], { ...filters, ...atCursor(cursor) }, options),
    );
  }

  /** Injects a task into a spec's graph, also while it runs. */
  create<Options extends EffectOptions = CallOptions>(
    input: OperationInput<"tasks.create">,
    options?: Options,
  ): Promise<Answer<TaskResource, Options>> {
    return this.#calls.effect(operations["tasks.create"], input, options);
  }

  retry<Options extends EffectOptions = CallOptions>(
    id: TaskId,
    input: Omit<OperationInput<"tasks.retry">, "id"> = {},
    options?: Options,
  ): Promise<Answer<TaskResource, Options>> {
    return this.#calls.effect(operations["tasks.retry"], { ...input, id }, options);
  }

  cancel<Options extends EffectOptions = CallOptions>(
    id: TaskId,
    options?: Options,
  ): Promise<Answer<TaskResource, Options>> {
    return this.#calls.effect(operations["tasks.cancel"], { id }, options);
  }

  /** Diff, changed files, tests, logs and commit. */
  getResult(id: TaskId, options?: CallOptions): Promise<TaskResultResource> {
    return this.#calls.read(operations["tasks.get_result"], { id }, options);
  }

  diff(id: TaskId, options?: CallOptions): Promise<OperationOutput<"tasks.diff">> {
    return this.#calls.read(operations["tasks.diff"], { id }, options);
  }

  /** The steps of every agent that worked on the task. */
  logs(
    id: TaskId,
    filters: Omit<OperationInput<"tasks.logs">, "id"> = {},
    options?: CallOptions,
  ): Listing<StepResource> {
    return listing((cursor) =>
      this.#calls.read(operations["tasks.logs"], { ...filters, ...atCursor(cursor), id }, options),
    );
  }
}
