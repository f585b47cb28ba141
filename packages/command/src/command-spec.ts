import type { Effects } from "@aomori/operation";

/** How an argument's text becomes a value: `duration` is `10m`, in milliseconds; `json` any JSON text. */
export type ValueType = "string" | "integer" | "number" | "boolean" | "duration" | "json";

interface ValueSpec {
  /** The input field it fills (wire name). */
  readonly field: string;
  readonly type: ValueType;
  /** Several make an array. */
  readonly repeatable?: boolean;
  readonly required?: boolean;
  readonly description?: string;
  /** The only values taken, whatever their case. */
  readonly enum?: readonly string[];
  /** Further words taken for one of `enum`: `{done: "completed"}`. */
  readonly aliases?: Readonly<Record<string, string>>;
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface PositionalSpec extends ValueSpec {
  /** As shown in help: `<id>`. */
  readonly name: string;
  /**
   * Of the last one: it takes all words that are left as they stand, flags included, as an array of strings.
   * The command's own flags come before its first operand.
   */
  readonly verbatim?: boolean;
  /** It is the name of a command of others (see `ExternalCommands`): completion offers those there are. */
  readonly isExternal?: boolean;
}

export interface FlagSpec extends ValueSpec {
  /** Without the dashes, kebab-case. */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** As shown in help; absent for a boolean. */
  readonly valueName?: string;
  /** Shown only: whoever takes the input fills it. */
  readonly default?: string;
}

/**
 * One command as plain data: everything parsing, help, completion and discovery need. JSON in, JSON out,
 * so a build can compute it ahead and a command's bundle needs no schema library.
 */
export interface CommandSpec {
  /** Noun then verb: `task show`; the program's own name where the command is the program. */
  readonly name: string;
  /** The program itself is this command: no word stands for it. Its other commands are reserved first words. */
  readonly isProgram?: boolean;
  readonly summary: string;
  readonly description?: string;
  readonly operation?: string;
  readonly scope?: string | null;
  readonly positionals: readonly PositionalSpec[];
  readonly flags: readonly FlagSpec[];
  readonly examples: readonly string[];
  readonly effects: Effects;
  /** Output fields of a table, in order; a dot reaches inside: `agent.id`. */
  readonly columns?: readonly string[];
  /** What the handler answers with: a list is whole, a page may have a next one, events come one by one. */
  readonly result: "resource" | "list" | "page" | "events";
  /** Type of the domain event that carries a resource or an item, in `jsonl`. */
  readonly eventType: string;
  readonly errors: readonly string[];
  /**
   * Types of events that its schema does not name: `aoi:check` and `aoi:artifact` where its stream has them, and
   * its domain events where it has no schema.
   */
  readonly emits?: readonly string[];
  /**
   * `name@version` of every event schema it reads from `--input-jsonl`: it is a transformer or a sink. Its
   * handler finds the events in its request.
   */
  readonly inputSchemas?: readonly string[];
  /** Fields shown although their name is a secret's: that of a key when it is made. `*` for a document about fields. */
  readonly reveals?: readonly string[];
  /** JSON Schema of the resource, the item or the event; only discovery reads it. */
  readonly output?: Readonly<Record<string, unknown>>;
}

/** What lists of commands need: the entry file carries this, not the specs. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly isProgram?: boolean;
}
