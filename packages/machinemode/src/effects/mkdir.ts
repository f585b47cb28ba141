import { UserError } from "@aomori/protocol";
import { chmodSync, mkdirSync } from "node:fs";
import type { Adapter } from "../adapter.ts";
import type { ByteString } from "../byte-text.ts";
import { shownText, toByteString, toSystemPath } from "../byte-text.ts";
import { parseCommandLine, refuseUnknown } from "../native/command-line.ts";
import { fileAt } from "./file-at.ts";
import type { Effect, EffectSource } from "./effect.ts";
import { effectError, effectPlan, effectSchema, needOperands, writing } from "./effect.ts";

export const mkdir: Adapter = {
  name: "mkdir",
  summary: "Make directories, one event for each",
  channel: "mkdir in this process",
  source: "native",
  effects: writing,
  recordTypes: ["effect"],
  schema: effectSchema,
  takesTrailingOptions: true,
  cursor: { kind: "none", why: "what was made is not made again" },
  flags: "-p -m MODE (octal) -v",
  plan: (argv, context) => {
    const line = parseCommandLine("mkdir", argv, {
      short: { p: "parents", v: "verbose", m: "mode" },
      valued: ["mode"],
    });
    refuseUnknown("mkdir", line);
    needOperands("mkdir", line.operands, 1, "the directories to make");
    const mode = modeOf(line.values.get("mode"));
    const parents = line.flags.has("parents");
    return effectPlan(() => made(line.operands.map(toByteString), parents, mode), context);
  },
};

function modeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[0-7]{1,4}$/.test(text)) return Number.parseInt(text, 8);
  throw new UserError(
    "usage",
    "UNSUPPORTED_FLAG",
    `mkdir --mode ${text}: only octal modes are understood, like 0755`,
  );
}

function* made(
  paths: readonly ByteString[],
  parents: boolean,
  mode: number | undefined,
): EffectSource {
  const planned = new Set<ByteString>();
  for (const path of paths) {
    const text = shownText(path);
    for (const step of parents ? [...ancestors(path), path] : [path]) {
      const found = fileAt(step, true);
      const isThere = planned.has(step) || found === "directory";
      if (isThere && parents) continue;
      if (isThere || found !== undefined) {
        yield effectError(
          "conflict",
          "ALREADY_EXISTS",
          `cannot make ${text}: ${shownText(step)} exists already`,
        );
        break;
      }
      planned.add(step);
      yield directory(step, step === path ? mode : undefined);
    }
  }
}

function ancestors(path: ByteString): readonly ByteString[] {
  const parts = path.replace(/\/+$/, "").split("/");
  const found = parts.slice(0, -1).map((_part, index) => parts.slice(0, index + 1).join("/"));
  return found.filter((part) => part !== "");
}

function directory(path: ByteString, mode: number | undefined): Effect {
  return {
    action: "create_directory",
    path,
    kind: "directory",
    perform: () => {
      const file = toSystemPath(path);
      mkdirSync(file);
      if (mode !== undefined) chmodSync(file, mode);
    },
  };
}
