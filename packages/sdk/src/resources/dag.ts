import { operations } from "@aomori/contract";
import type {
  ConflictsResource,
  CriticalPathResource,
  DagResource,
  MergeStatusResource,
  MergedIntoResource,
  SpecId,
} from "@aomori/contract";
import type { Answer, CallOptions, Calls, EffectOptions } from "../calls.ts";

export class DagCalls {
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  get(specId: SpecId, options?: CallOptions): Promise<DagResource> {
    return this.#calls.read(operations["dag.get"], { id: specId }, options);
  }

  /** The tasks of the critical path in order, taken from the graph. */
  async criticalPath(specId: SpecId, options?: CallOptions): Promise<CriticalPathResource> {
    const { nodes, criticalPath, criticalPathHours } = await this.get(specId, options);
    const byId = new Map(nodes.map((node) => [node.id, node]));
    const tasks = criticalPath.flatMap((id) => byId.get(id) ?? []);
    return { specId, tasks, hours: criticalPathHours };
  }

  mergeStatus(specId: SpecId, options?: CallOptions): Promise<MergeStatusResource> {
    return this.#calls.read(operations["dag.merge_status"], { id: specId }, options);
  }

  conflicts(specId: SpecId, options?: CallOptions): Promise<ConflictsResource> {
    return this.#calls.read(operations["dag.conflicts"], { id: specId }, options);
  }

  /** Runs the merge queue now on what is finished. */
  triggerMerge<Options extends EffectOptions = CallOptions>(
    specId: SpecId,
    options?: Options,
  ): Promise<Answer<MergeStatusResource, Options>> {
    return this.#calls.effect(operations["dag.merge"], { id: specId }, options);
  }

  /** Moves a branch of the user's repository to the merged result. */
  mergeInto<Options extends EffectOptions = CallOptions>(
    specId: SpecId,
    into: string,
    options?: Options,
  ): Promise<Answer<MergedIntoResource, Options>> {
    return this.#calls.effect(operations["dag.merge_into"], { id: specId, into }, options);
  }
}
