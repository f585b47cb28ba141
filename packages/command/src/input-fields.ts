import type { CommandSpec, FlagSpec, PositionalSpec } from "./command-spec.ts";
import type { GlobalFlags } from "./global-flags.ts";
import { globalFlagsOf } from "./global-flags.ts";

/** Global flags a request can set, by the name of their parameter. */
const requestFlags: Readonly<Record<string, keyof GlobalFlags>> = {
  limit: "limit",
  cursor: "cursor",
  dry_run: "dryRun",
  yes: "yes",
  idempotency_key: "idempotencyKey",
  timeout_ms: "timeoutMs",
};

/** Stands for `--input-jsonl` in a request: the events themselves. */
export const inputParameter = "input_events";

export interface InputField {
  readonly name: string;
  readonly spec: FlagSpec | PositionalSpec;
  /** It sets a flag of the kernel, not a field of the input. */
  readonly flag?: keyof GlobalFlags;
}

/** What a command takes by name: fields by their wire names, and the flags of the kernel that apply. */
export function inputFields(spec: CommandSpec): InputField[] {
  const own = new Map<string, InputField>();
  for (const value of [...spec.positionals, ...spec.flags]) {
    if (!own.has(value.field)) own.set(value.field, { name: value.field, spec: value });
  }
  const globals = globalFlagsOf(spec).flatMap((flag): InputField[] =>
    Object.entries(requestFlags)
      .filter(([name, field]) => field === flag.field && !own.has(name))
      .filter(([name]) => name !== "yes" || !spec.effects.readOnly)
      .map(([name, field]) => ({ name, spec: flag, flag: field })),
  );
  return [...own.values(), ...globals];
}
