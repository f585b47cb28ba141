import type { StreamEvent } from "@aomori/protocol";
import { UserError, errorBody } from "@aomori/protocol";
import { Upstream, openInput } from "@aomori/protocol/roles";
import type { CommandSpec } from "./command-spec.ts";
import type { CommandContext } from "./context.ts";
import type { GlobalFlags } from "./global-flags.ts";
import type { Ending, Outcome, Presenter } from "./presenter.ts";

interface UpstreamOptions {
  readonly context: CommandContext;
  readonly presenter: Presenter;
  readonly outcome: Outcome;
  readonly signal: AbortSignal;
}

/** What `--input-jsonl` names, read as another tool's stream: its errors and warnings are told in ours. */
export class UpstreamInput {
  readonly #upstream: Upstream;

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
  }

  /** Throws `MISSING_ARGUMENT` (usage) without the flag, `INPUT_NOT_FOUND` and `INPUT_UNREADABLE` as reading does. */
  static async open(
    spec: CommandSpec,
    flags: GlobalFlags,
    { context, presenter, outcome, signal }: UpstreamOptions,
  ): Promise<UpstreamInput> {
    const { inputJsonl } = flags;
    if (inputJsonl === undefined) {
      const message = `"${spec.name}" reads another tool's events; add --input-jsonl - for standard input, or a file`;
      throw new UserError("usage", "MISSING_ARGUMENT", message);
    }
    const { resolve } = await import("node:path");
    const name = inputJsonl === "-" ? "-" : resolve(context.cwd, inputJsonl);
    const tell = (event: StreamEvent): Promise<void> => {
      outcome.observe(event);
      return presenter.event(event);
    };
    const target = {
      error: (error: unknown) => tell({ ...errorBody(error), type: "aoi:error" }),
      forward: (event: { readonly type: string }) => tell({ ...event }),
      warning: (fields: { readonly message: string }) => tell({ ...fields, type: "aoi:warning" }),
    };
    const input = await openInput(name, context.stdin.bytes());
    const { inputSchemas = [] } = spec;
    return new UpstreamInput(new Upstream(target, { input, inputSchemas, signal }));
  }

  events(): AsyncIterable<StreamEvent> {
    return this.#upstream.events();
  }

  ending(): Ending {
    const { input_count: inputCount, partial, truncated } = this.#upstream.summaryFields();
    return {
      ...(inputCount === undefined ? {} : { inputCount }),
      ...(partial === undefined ? {} : { partial }),
      ...(truncated === undefined ? {} : { truncated }),
    };
  }
}
