import type { ErrorKind } from "../adapter.ts";
import type { LinearPattern } from "../pattern/linear-pattern.ts";

export const fieldTypes = [
  "string",
  "path",
  "int",
  "float",
  "size",
  "epoch",
  "epoch_ms",
  "epoch_us",
  "time",
  "mode",
  "bool",
  "json",
] as const;

/** What a field's text becomes; see `docs/machinemode.md`. */
export type FieldType = (typeof fieldTypes)[number];

export interface FieldDefinition {
  readonly name: string;
  /** A column's number or header, a capture's name, or the keys to a value in JSON (`a.b`). */
  readonly from: string | number;
  readonly type: FieldType;
  /** Texts that stand for nothing: the field is null. */
  readonly nulls: readonly string[];
}

export type FramingDefinition =
  | {
      readonly kind: "lines" | "nul" | "blocks";
      readonly split: SplitDefinition;
      readonly skip: number;
      readonly ignore: readonly LinearPattern[];
    }
  | { readonly kind: "jsonl" }
  | {
      readonly kind: "json";
      readonly items: readonly string[];
      readonly orWhole: boolean;
      /** Key of nested items, which become records of their own. */
      readonly children: string | undefined;
    };

export type SplitDefinition =
  | { readonly by: "pattern"; readonly pattern: LinearPattern }
  | { readonly by: "delimiter"; readonly delimiter: string; readonly count: number }
  | { readonly by: "columns"; readonly count: number; readonly header: boolean };

export interface FlagRules {
  readonly pass: ReadonlyMap<string, FlagShape>;
  readonly drop: ReadonlyMap<string, FlagShape>;
  readonly refuse: ReadonlyMap<string, string>;
  readonly other: "pass" | "refuse";
}

export interface FlagShape {
  readonly takesValue: boolean;
}

/** An adapter file after it was checked: plain data and compiled patterns, nothing to doubt. */
export interface AdapterDefinition {
  readonly name: string;
  readonly summary: string;
  readonly record: string;
  readonly source: "parsed" | "heuristic";
  readonly run: readonly string[];
  readonly subcommands: readonly (readonly string[])[];
  /** Flags before the sub-command that take the next word. */
  readonly globalFlagsWithValue: readonly string[];
  readonly flags: FlagRules;
  readonly operands: "pass" | "refuse";
  readonly framing: FramingDefinition;
  readonly fields: readonly FieldDefinition[];
  /** Where the whole JSON item goes; undefined leaves it out. */
  readonly keep: string | undefined;
  readonly exit: Readonly<Record<string, ErrorKind | "ok">>;
  readonly stderr: readonly (ErrorKind & { readonly pattern: LinearPattern })[];
  readonly cursor: "position" | "none" | { readonly field: string; readonly flag: string };
  readonly stdin: "inherit" | "none";
  readonly env: Readonly<Record<string, string>>;
  readonly ownsOutputFlag: boolean;
  readonly readOnly: boolean;
}
