import { UserError } from "@aomori/protocol";
import type { AdapterEffects, Plan, PlanContext } from "../adapter.ts";
import type { ByteString } from "../byte-text.ts";
import { setText } from "../byte-text.ts";
import type { JsonSchema } from "../json-schema.ts";
import { integer, recordSchema, text } from "../json-schema.ts";
import { pathErrorItem } from "../native/errno.ts";
import type { FileKind } from "../native/kinds.ts";
import { fileKind } from "../native/kinds.ts";
import type { ErrorItem, Item, WarningItem } from "../record.ts";

const effectActions = ["remove", "copy", "move", "create_directory"] as const;

/** One change of the file system, known before it is made. */
export interface Effect {
  readonly action: (typeof effectActions)[number];
  readonly path: ByteString;
  /** Where it goes, of a copy or a move. */
  readonly to?: ByteString;
  readonly kind: FileKind;
  readonly sizeBytes?: number;
  /** Something lies there that will be gone. */
  readonly replaces?: boolean;
  /** Makes the change; throws system errors. */
  readonly perform: () => void;
}

/** Effects in the order they must be made. It is read as it is made: what follows may look at what was done. */
export type EffectSource = Iterable<Effect | ErrorItem | WarningItem>;

export const effectSchema: JsonSchema = recordSchema(
  "effect",
  {
    action: { enum: effectActions },
    path: text,
    to: text,
    kind: fileKind,
    size_bytes: integer,
    replaces: { type: "boolean" },
  },
  ["action", "path", "kind"],
);

export const writing: AdapterEffects = { readOnly: false, dryRun: true };

/** A plan that makes each effect and tells it, one event for each path; in a dry run it only tells. */
export function effectPlan(effects: () => EffectSource, { dryRun, signal }: PlanContext): Plan {
  return { kind: "native", items: () => carriedOut(effects(), dryRun, signal) };
}

function* carriedOut(
  effects: EffectSource,
  dryRun: boolean,
  signal: AbortSignal,
): Generator<readonly Item[], void> {
  for (const effect of effects) {
    if (!("perform" in effect)) yield [effect];
    else if (dryRun) yield [{ type: "aoi:plan", ...fieldsOf(effect) }];
    else {
      // Nothing is begun after the run was told to stop, so that what was told is all that was done.
      signal.throwIfAborted();
      yield [made(effect)];
    }
  }
}

function made(effect: Effect): Item {
  try {
    effect.perform();
  } catch (error) {
    return pathErrorItem(error, effect.action.replace("_", " "), effect.path);
  }
  return { type: "effect", source: "native", ...fieldsOf(effect) };
}

function fieldsOf({ action, path, to, kind, sizeBytes, replaces }: Effect): {
  readonly action: string;
  readonly [field: string]: unknown;
} {
  const fields: Record<string, unknown> = {};
  setText(fields, "path", path);
  if (to !== undefined) setText(fields, "to", to);
  fields["kind"] = kind;
  if (sizeBytes !== undefined) fields["size_bytes"] = sizeBytes;
  if (replaces === true) fields["replaces"] = true;
  return { action, ...fields };
}

export function effectError(
  category: "usage" | "validation" | "conflict" | "not_found",
  code: string,
  message: string,
): ErrorItem {
  return { type: "aoi:error", error: new UserError(category, code, message) };
}

/** Throws MISSING_OPERAND where fewer were given. */
export function needOperands(
  tool: string,
  operands: readonly string[],
  count: number,
  what: string,
): void {
  if (operands.length >= count) return;
  throw new UserError("usage", "MISSING_OPERAND", `${tool} needs ${what}`);
}
