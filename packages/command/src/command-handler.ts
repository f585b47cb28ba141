import type { ProgressEvent, StreamEvent, WarningEvent } from "@aomori/protocol";
import type { CommandSpec } from "./command-spec.ts";
import type { CommandContext } from "./context.ts";
import type { Format, GlobalFlags } from "./global-flags.ts";
import type { Paint } from "./paint.ts";
import type { Prose } from "./prose.ts";

export interface CommandRequest {
  /** By field (wire names); only what was given on the command line. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly flags: GlobalFlags;
  /** What a command with `inputSchemas` reads: another tool's domain events, once. Empty for any other. */
  readonly inputEvents: AsyncIterable<StreamEvent>;
  /** Aborted by SIGINT, SIGTERM, SIGHUP and `--timeout`; the reason is the error the command ends with. */
  readonly signal: AbortSignal;
  readonly prose: Prose;
  /** Tells of the work while it goes on: an event of a stream, a line on stderr in every other format. */
  readonly tell: (notice: Notice) => void;
  readonly context: CommandContext;
}

/** What a command that answers with one resource may say before it has it. */
export type Notice = WarningEvent | (ProgressEvent & { readonly message: string });

/** One side effect that would happen. */
export interface PlannedAction {
  readonly action: string;
  readonly [field: string]: unknown;
}

/** What a handler answers a dry run with. */
export class Plan {
  readonly kind = "aoi.plan";
  readonly actions: readonly PlannedAction[];

  constructor(actions: readonly PlannedAction[]) {
    this.actions = actions;
  }
}

/** True for a plan, also when it comes from another copy of this package: each bundle of a program has its own. */
export function isPlan(value: unknown): value is Plan {
  return (
    typeof value === "object" && value !== null && "kind" in value && value.kind === "aoi.plan"
  );
}

/** Where a view's text will be shown. */
export interface ViewTerminal {
  readonly paint: Paint;
  /** Width; undefined when the text does not go to a terminal. */
  readonly columns: number | undefined;
}

/**
 * How a command looks in format `table`, where that is more than columns. Text from outside must go
 * through `sanitizeForTerminal`.
 */
export interface View {
  readonly resource?: (value: unknown, terminal: ViewTerminal) => string;
  readonly page?: (items: readonly unknown[], terminal: ViewTerminal) => string;
  /** One or more lines for an event; undefined shows nothing. */
  readonly event?: (event: StreamedEvent, terminal: ViewTerminal) => string | undefined;
  /** The whole picture after an event: redrawn in place on a terminal, only the last elsewhere. */
  readonly frame?: (event: StreamedEvent, terminal: ViewTerminal) => string | undefined;
}

export interface StreamedEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface CommandHandler {
  /**
   * Answers with a resource, a page (`{items, next_cursor?, total?}` or an array), an async iterable of events,
   * a `Plan` when `flags.dryRun` is set, or nothing.
   */
  readonly run: (request: CommandRequest) => unknown;
  readonly view?: View;
  /**
   * Does the whole command in place of `run` and the presenter, its output and the process's signals included, and resolves with
   * the exit status: for what has an output of its own. Undefined leaves it to `run`, as sessions and MCP always do.
   */
  readonly takeOver?: (call: TakenCall) => Promise<number> | undefined;
  /** How long it may take to stop once its signal is aborted; 1000 when absent. */
  readonly graceMs?: number;
  /** Format when no flag names one; a table on a terminal and json elsewhere when absent. */
  readonly defaultFormat?: Format;
}

/** A command line that was read without an error, before anything is written. */
export type TakenCall = Pick<CommandRequest, "input" | "flags" | "context">;

export interface CommandModule {
  readonly spec: CommandSpec;
  readonly handler: CommandHandler;
}
