import type { ErrorCategory } from "@aomori/protocol";
import type { JsonSchema } from "./json-schema.ts";
import type { Item, RecordSource } from "./record.ts";

/** What the environment of a run offers a plan. */
export interface PlanContext {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The wrapper's `--dry-run`: a tool with side effects plans instead of acting. */
  readonly dryRun: boolean;
  /** The wrapper's `--yes`. */
  readonly yes: boolean;
  readonly signal: AbortSignal;
}

/** Items in the order they were found, in batches, so that a stream of many costs few turns of the event loop. */
export type ItemBatches = AsyncIterable<readonly Item[]> | Iterable<readonly Item[]>;

/** Records that are lines already: the very ones that the emitter would make of them. The bytes hold until the next are asked for. */
export interface EncodedRecords {
  readonly lines: Uint8Array;
  readonly count: number;
}

/** Answered in this process, by system calls. */
export interface NativePlan {
  readonly kind: "native";
  readonly items: () => ItemBatches;
  /** The same, many of the records as lines; asked for where nobody looks at single records. */
  readonly encoded?: () => AsyncIterable<readonly Item[] | EncodedRecords>;
}

/** Answered by the tool itself, through a channel that is made for machines. */
export interface ChildPlan {
  readonly kind: "child";
  readonly argv: readonly string[];
  /** On top of the caller's environment; undefined unsets. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** `inherit`: the tool reads what the wrapper was given; `none`: it reads an empty file. */
  readonly stdin: "inherit" | "none";
  readonly items: (chunks: AsyncIterable<Buffer>) => AsyncIterable<readonly Item[]>;
  readonly errors: ErrorTable;
}

export type Plan = NativePlan | ChildPlan;

export interface ErrorKind {
  readonly category: ErrorCategory;
  /** UPPER_SNAKE. */
  readonly code: string;
}

/** How a tool tells that it failed. */
export interface ErrorTable {
  /** By exit status; `ok` is an ordinary end (grep's 1: nothing found). */
  readonly exit: Readonly<Record<string, ErrorKind | "ok">>;
  /** The first that occurs in a line of standard error decides; asked before the common ones. */
  readonly stderr: readonly (ErrorKind & { readonly matches: (line: string) => boolean })[];
}

export const noErrors: ErrorTable = { exit: {}, stderr: [] };

/** How a later page is found: by position, by a field that the tool takes back as a flag, or not at all. */
export type CursorKind =
  | { readonly kind: "position" }
  | { readonly kind: "none"; readonly why: string }
  | { readonly kind: "field"; readonly field: string; readonly flag: string };

export interface AdapterEffects {
  readonly readOnly: boolean;
  readonly destructive?: boolean;
  /** Every side effect is planned and audited path by path. */
  readonly dryRun?: boolean;
}

/** What is known of a tool before anything of its adapter runs. */
export interface AdapterDescription {
  /** As typed: `ls`, `git log`. */
  readonly name: string;
  readonly summary: string;
  /** The machine channel, in words: `readdir and lstat`, `git log -z --format`. */
  readonly channel: string;
  readonly source: RecordSource;
  readonly effects: AdapterEffects;
  /** Event types of its records. */
  readonly recordTypes: readonly string[];
  /** JSON Schema of one record. */
  readonly schema: JsonSchema;
  readonly cursor: CursorKind;
  /** The tool has an `--output` flag of its own, so that a trailing one is not the wrapper's. */
  readonly ownsOutputFlag?: boolean;
  /** The tool has no flag of the wrapper's names, and unknown ones are refused: so they may also stand at the end. */
  readonly takesTrailingOptions?: boolean;
  /** Flags of the tool that may stand before the sub-command and take the next word. */
  readonly globalFlagsWithValue?: readonly string[];
  /** Without flags that the adapter does not know the output would be another: said in help. */
  readonly flags?: string;
}

export interface Adapter extends AdapterDescription {
  /**
   * Decides how `argv` (what follows the tool's name) is answered. Throws a UserError for what it could not
   * answer truthfully; does nothing else.
   */
  readonly plan: (argv: readonly string[], context: PlanContext) => Plan;
}
