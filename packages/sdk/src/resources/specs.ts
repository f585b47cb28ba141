import { operations } from "@aomori/contract";
import type {
  AomoriEvent,
  ArtifactResource,
  OperationInput,
  PhaseAttemptResource,
  PlanningPhase,
  SpecId,
  SpecResource,
} from "@aomori/contract";
import type { Answer, CallOptions, Calls, EffectOptions } from "../calls.ts";
import { streamEvents } from "../event-stream.ts";
import { atCursor, listing } from "../page.ts";
import type { Listing } from "../page.ts";
import { waitForSpec } from "../wait-for-spec.ts";
import type { WaitOptions } from "../wait-for-spec.ts";

type Rest<Id extends keyof typeof operations> = Omit<OperationInput<Id>, "id">;

export interface LogsOptions {
  /** Goes on with events as they happen. */
  readonly follow?: boolean;
  /** Seq to continue behind; the spec's first event when absent. */
  readonly after?: number;
  readonly signal?: AbortSignal | undefined;
}

export class Specs {
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  create<Options extends EffectOptions = CallOptions>(
    input: OperationInput<"specs.create">,
    options?: Options,
  ): Promise<Answer<SpecResource, Options>> {
    return this.#calls.effect(operations["specs.create"], input, options);
  }

  get(id: SpecId, options?: CallOptions): Promise<SpecResource> {
    return this.#calls.read(operations["specs.get"], { id }, options);
  }

  list(filters: OperationInput<"specs.list"> = {}, options?: CallOptions): Listing<SpecResource> {
    return listing((cursor) =>
      this.#calls.read(operations["specs.list"], { ...filters, ...atCursor(cursor) }, options),
    );
  }

  advance<Options extends EffectOptions = CallOptions>(
    id: SpecId,
    input: Rest<"specs.advance"> = {},
    options?: Options,
  ): Promise<Answer<SpecResource, Options>> {
    return this.#calls.effect(operations["specs.advance"], { ...input, id }, options);
  }

  retryPhase<Options extends EffectOptions = CallOptions>(
    id: SpecId,
    input: Rest<"specs.retry_phase"> = {},
    options?: Options,
  ): Promise<Answer<SpecResource, Options>> {
    return this.#calls.effect(operations["specs.retry_phase"], { ...input, id }, options);
  }

  approve<Options extends EffectOptions = CallOptions>(
    id: SpecId,
    input: Rest<"specs.approve"> = {},
    options?: Options,
  ): Promise<Answer<SpecResource, Options>> {
    return this.#calls.effect(operations["specs.approve"], { ...input, id }, options);
  }

  reject<Options extends EffectOptions = CallOptions>(
    id: SpecId,
    input: Rest<"specs.reject">,
    options?: Options,
  ): Promise<Answer<SpecResource, Options>> {
    return this.#calls.effect(operations["specs.reject"], { ...input, id }, options);
  }

  cancel<Options extends EffectOptions = CallOptions>(
    id: SpecId,
    input: Rest<"specs.cancel"> = {},
    options?: Options,
  ): Promise<Answer<SpecResource, Options>> {
    return this.#calls.effect(operations["specs.cancel"], { ...input, id }, options);
  }

  /** Every version of every phase's artefact, or of one phase's. */
  async artifacts(
    id: SpecId,
    filters: Rest<"specs.artifacts"> = {},
    options?: CallOptions,
  ): Promise<ArtifactResource[]> {
    const answer = await this.#calls.read(
      operations["specs.artifacts"],
      { ...filters, id },
      options,
    );
    return answer.items;
  }

  editArtifact(
    id: SpecId,
    phase: PlanningPhase,
    content: OperationInput<"specs.edit_artifact">["content"],
    options?: CallOptions,
  ): Promise<ArtifactResource> {
    return this.#calls.effect(operations["specs.edit_artifact"], { id, phase, content }, options);
  }

  async attempts(
    id: SpecId,
    filters: Rest<"specs.attempts"> = {},
    options?: CallOptions,
  ): Promise<PhaseAttemptResource[]> {
    const answer = await this.#calls.read(
      operations["specs.attempts"],
      { ...filters, id },
      options,
    );
    return answer.items;
  }

  /** The spec's events from its first one; ends at the newest unless told to follow. */
  logs(id: SpecId, options: LogsOptions = {}): AsyncGenerator<AomoriEvent, void> {
    const { follow = false, after = 0, signal } = options;
    return streamEvents(this.#calls.endpoint, { specId: id, follow, after, signal });
  }

  /**
   * Resolves with the spec once it has reached a phase, or has completed. Rejects with SPEC_FAILED,
   * SPEC_CANCELLED or SPEC_AWAITS_APPROVAL when it will not get there by itself, with WAIT_TIMEOUT when it is late.
   */
  wait(id: SpecId, options: WaitOptions = {}): Promise<SpecResource> {
    return waitForSpec(this.#calls.endpoint, id, options, (signal) => this.get(id, { signal }));
  }
}
