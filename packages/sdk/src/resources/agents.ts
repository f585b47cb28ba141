import { operations } from "@aomori/contract";
import type {
  AgentId,
  AgentResource,
  OperationInput,
  SteeringResource,
  TrajectoryResource,
} from "@aomori/contract";
import type { Answer, CallOptions, Calls, EffectOptions } from "../calls.ts";
import { atCursor, listing } from "../page.ts";
import type { Listing } from "../page.ts";

export class Agents {
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  get(id: AgentId, options?: CallOptions): Promise<AgentResource> {
    return this.#calls.read(operations["agents.get"], { id }, options);
  }

  list(filters: OperationInput<"agents.list"> = {}, options?: CallOptions): Listing<AgentResource> {
    return listing((cursor) =>
      this.#calls.read(operations["agents.list"], { ...filters, ...atCursor(cursor) }, options),
    );
  }

  /** One page of the agent's steps; the next lies behind `nextCursor`. */
  getTrajectory(
    id: AgentId,
    filters: Omit<OperationInput<"agents.get_trajectory">, "id"> = {},
    options?: CallOptions,
  ): Promise<TrajectoryResource> {
    return this.#calls.read(operations["agents.get_trajectory"], { ...filters, id }, options);
  }

  /** Delivered once; its delivery and acknowledgement come as events. */
  steer<Options extends EffectOptions = CallOptions>(
    id: AgentId,
    input: Omit<OperationInput<"agents.steer">, "id">,
    options?: Options,
  ): Promise<Answer<SteeringResource, Options>> {
    return this.#calls.effect(operations["agents.steer"], { ...input, id }, options);
  }

  stop<Options extends EffectOptions = CallOptions>(
    id: AgentId,
    options?: Options,
  ): Promise<Answer<AgentResource, Options>> {
    return this.#calls.effect(operations["agents.stop"], { id }, options);
  }

  spawn<Options extends EffectOptions = CallOptions>(
    input: OperationInput<"agents.spawn">,
    options?: Options,
  ): Promise<Answer<AgentResource, Options>> {
    return this.#calls.effect(operations["agents.spawn"], input, options);
  }
}
