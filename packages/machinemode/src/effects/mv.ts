import { renameSync } from "node:fs";
import type { Adapter } from "../adapter.ts";
import { shownText, toSystemPath } from "../byte-text.ts";
import { pathErrorItem } from "../native/errno.ts";
import { bigStats } from "../native/facts.ts";
import { kindOfMode } from "../native/kinds.ts";
import type { EffectSource } from "./effect.ts";
import { effectError, effectPlan, effectSchema, writing } from "./effect.ts";
import { fileAt } from "./file-at.ts";
import type { Transfer } from "./targets.ts";
import { transfers } from "./targets.ts";

export const mv: Adapter = {
  name: "mv",
  summary: "Move or rename, one event for each path",
  channel: "rename in this process",
  source: "native",
  effects: writing,
  recordTypes: ["effect"],
  schema: effectSchema,
  takesTrailingOptions: true,
  cursor: { kind: "none", why: "what was moved is not moved again" },
  flags:
    "-f -n -t DIR -T -v; what exists is replaced only with -f or machinemode --yes; not across file systems",
  plan: (argv, context) => {
    const { line, pairs } = transfers("mv", argv, {
      short: { f: "force", n: "no-clobber", v: "verbose" },
    });
    const keeps = line.flags.has("no-clobber");
    const replaces = context.yes || line.flags.has("force");
    return effectPlan(() => moves(pairs, keeps, replaces), context);
  },
};

function* moves(pairs: readonly Transfer[], keeps: boolean, replaces: boolean): EffectSource {
  const taken = new Set<string>();
  for (const { from, to } of pairs) {
    const names = { from: shownText(from), to: shownText(to) };
    try {
      const stats = bigStats(from);
      const there = fileAt(to, false);
      const exists = there !== undefined || taken.has(to);
      if (there !== undefined && bigStats(to).ino === stats.ino && bigStats(to).dev === stats.dev) {
        yield effectError(
          "validation",
          "SAME_FILE",
          `cannot move ${names.from}: it is the same file as ${names.to}`,
        );
      } else if (exists && keeps) {
        yield {
          type: "aoi:warning",
          code: "SKIPPED",
          message: `${names.to} exists, so ${names.from} stays where it is`,
        };
      } else if (exists && (!replaces || taken.has(to))) {
        yield effectError(
          "conflict",
          "ALREADY_EXISTS",
          `cannot move ${names.from}: ${names.to} exists; say -f to replace it, or -n to keep it`,
        );
      } else {
        taken.add(to);
        const [source, target] = [toSystemPath(from), toSystemPath(to)];
        yield {
          action: "move",
          path: from,
          to,
          kind: kindOfMode(Number(stats.mode)),
          replaces: exists,
          perform: () => renameSync(source, target),
        };
      }
    } catch (error) {
      yield pathErrorItem(error, "move", from);
    }
  }
}
