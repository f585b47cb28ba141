import type { FlagRules, FlagShape } from "./definition.ts";

export interface FlagLists {
  /** `-n` stands alone, `-n=` takes a value. */
  readonly pass?: readonly string[];
  /** Understood and left out: it would change nothing but the looks. */
  readonly drop?: readonly string[];
  /** Flag and why it cannot be wrapped. */
  readonly refuse?: Readonly<Record<string, string>>;
  readonly other?: "pass" | "refuse";
}

export function flagRules({
  pass = [],
  drop = [],
  refuse = {},
  other = "refuse",
}: FlagLists): FlagRules {
  return {
    pass: shapesOf(pass),
    drop: shapesOf(drop),
    refuse: new Map(Object.entries(refuse)),
    other,
  };
}

function shapesOf(flags: readonly string[]): ReadonlyMap<string, FlagShape> {
  return new Map(flags.map((flag) => [flag.replace(/=$/, ""), { takesValue: flag.endsWith("=") }]));
}
