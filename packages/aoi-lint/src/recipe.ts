import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { ErrorCategory } from "@aomori/protocol";
import { UserError } from "@aomori/protocol";
import { parseRecipe } from "./parse-recipe.ts";

/** Arguments that follow the tool's own words. */
export type Arguments = readonly string[];

/** How to provoke one failure. */
export interface FailureRecipe {
  readonly argv: Arguments;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** What a file `aoi.lint.json` says about a tool; every part is optional, and what is absent is not verified. */
export interface Recipe {
  /** The words that start the tool, before any command: `["python3", "hello.py"]`. */
  readonly tool?: readonly string[] | undefined;
  /** Working folder of every run, copied; beside the recipe. */
  readonly fixture?: string | undefined;
  /** Run in every sandbox before the tool. */
  readonly setup?: readonly (readonly string[])[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly passEnv?: readonly string[] | undefined;
  readonly keepHome?: boolean | undefined;
  /** The command may be run although it changes things. */
  readonly allowWrites?: boolean | undefined;
  /** `none`: the tool has no `capabilities` and no `schema`, and says so. */
  readonly discovery?: "auto" | "none" | undefined;
  readonly failures?: Readonly<Partial<Record<ErrorCategory, FailureRecipe>>> | undefined;
  /** Exit status by category where the tool's table is its own. */
  readonly exitCodes?: Readonly<Partial<Record<ErrorCategory, number>>> | undefined;
  /** Writes at least 256 KiB. */
  readonly large?: Arguments | undefined;
  /** Takes at least a second, with results spread over it. */
  readonly slow?: Arguments | undefined;
  readonly unbounded?: { readonly argv: Arguments; readonly heartbeatMs: number } | undefined;
  /** Hangs, and has a short deadline of its own. */
  readonly deadline?: Arguments | undefined;
  readonly limit?: { readonly argv?: Arguments | undefined; readonly flag: string } | undefined;
  readonly cursor?: { readonly flag: string; readonly field: string } | undefined;
  /** Without a limit; answers with at most `atMost` results all the same. */
  readonly defaultLimit?: { readonly argv: Arguments; readonly atMost: number } | undefined;
  readonly dryRun?: Arguments | undefined;
  /** Destroys something, and is not confirmed. */
  readonly destructive?: Arguments | undefined;
  /** The real thing whose plan `dryRun` tells. */
  readonly apply?: Arguments | undefined;
  readonly idempotent?:
    | { readonly argv: Arguments; readonly conflicting?: Arguments | undefined }
    | undefined;
  readonly secrets?: SecretsRecipe | undefined;
  /** A command that reads a stream; `sample` are domain events it understands. */
  readonly input?: InputRecipe | undefined;
  /** A command that reads a stream and changes things: one audit event each. */
  readonly sink?: InputRecipe | undefined;
  /** A stored schema the discovered one is compared with. */
  readonly baseline?: string | undefined;
}

/** Where secrets go in; `{secret}` stands for the planted one. */
export interface SecretsRecipe {
  readonly env?: readonly string[] | undefined;
  readonly argv?: Arguments | undefined;
  readonly stdin?: string | undefined;
  readonly files?: Readonly<Record<string, string>> | undefined;
}

export interface InputRecipe {
  readonly argv: Arguments;
  readonly sample: readonly Readonly<Record<string, unknown>>[];
  /** `name@version` the upstream's meta names, where the command checks it. */
  readonly schema?: string | undefined;
}

/** Reads a recipe; paths in it are beside the file. Throws RECIPE_NOT_FOUND and INVALID_RECIPE. */
export async function readRecipe(path: string): Promise<Recipe> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new UserError(
      "usage",
      "RECIPE_NOT_FOUND",
      `cannot read the recipe ${path}; name a JSON file with --recipe`,
      { cause },
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UserError("usage", "INVALID_RECIPE", `${path} is not JSON: ${String(cause)}`, {
      cause,
    });
  }
  const recipe = parseRecipe(value, path);
  const folder = dirname(path);
  return {
    ...recipe,
    ...(recipe.fixture === undefined ? {} : { fixture: resolve(folder, recipe.fixture) }),
    ...(recipe.baseline === undefined ? {} : { baseline: resolve(folder, recipe.baseline) }),
  };
}
