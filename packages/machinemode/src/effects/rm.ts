import { UserError } from "@aomori/protocol";
import { rmdirSync, unlinkSync } from "node:fs";
import type { Adapter } from "../adapter.ts";
import type { ByteString } from "../byte-text.ts";
import { shownText, toByteString, toSystemPath } from "../byte-text.ts";
import { parseCommandLine, refuseUnknown } from "../native/command-line.ts";
import { baseName, joinPath, readDirectory } from "../native/directory.ts";
import { pathErrorItem } from "../native/errno.ts";
import { statOf } from "../native/facts.ts";
import type { FileKind } from "../native/kinds.ts";
import { kindOfMode } from "../native/kinds.ts";
import { errnoOf } from "@aomori/system";
import type { EffectSource } from "./effect.ts";
import { effectError, effectPlan, effectSchema, needOperands, writing } from "./effect.ts";

interface Removal {
  readonly recursive: boolean;
  readonly emptyDirectories: boolean;
  readonly ignoreMissing: boolean;
}

export const rm: Adapter = {
  name: "rm",
  summary: "Remove files and directories, one event for each path",
  channel: "unlink and rmdir in this process",
  source: "native",
  effects: { ...writing, destructive: true },
  recordTypes: ["effect"],
  schema: effectSchema,
  takesTrailingOptions: true,
  cursor: { kind: "none", why: "what was removed is not there to be listed again" },
  flags: "-r -f -d -v; without -f it needs machinemode --yes",
  plan: (argv, context) => {
    const line = parseCommandLine("rm", argv, {
      short: { r: "recursive", R: "recursive", f: "force", d: "dir", v: "verbose" },
      long: ["preserve-root"],
    });
    refuseUnknown("rm", line);
    const force = line.flags.has("force");
    if (!force) needOperands("rm", line.operands, 1, "the paths to remove");
    if (!force && !context.yes && !context.dryRun) throw unconfirmed(line.operands);
    const removal = {
      recursive: line.flags.has("recursive"),
      emptyDirectories: line.flags.has("dir"),
      ignoreMissing: force,
    };
    return effectPlan(() => removals(line.operands.map(toByteString), removal), context);
  },
};

function unconfirmed(operands: readonly string[]): UserError {
  return new UserError(
    "usage",
    "CONFIRMATION_REQUIRED",
    `rm ${operands.join(" ")} deletes; look with machinemode --dry-run rm …, then say machinemode --yes rm …, or rm -f`,
  );
}

function* removals(paths: readonly ByteString[], removal: Removal): EffectSource {
  for (const path of paths) {
    const text = shownText(path);
    if ([".", ".."].includes(baseName(path)) || /^\/+$/.test(path)) {
      yield effectError(
        "validation",
        "REFUSED",
        `cannot remove ${text}: ".", ".." and "/" are never removed`,
      );
      continue;
    }
    let kind: FileKind;
    try {
      kind = kindOfMode(statOf(path).mode);
    } catch (error) {
      if (!removal.ignoreMissing || errnoOf(error) !== "ENOENT")
        yield pathErrorItem(error, "remove", path);
      continue;
    }
    if (kind !== "directory" || removal.recursive || removal.emptyDirectories)
      yield* removed(path, kind, removal);
    else
      yield effectError(
        "validation",
        "IS_A_DIRECTORY",
        `cannot remove ${text}: it is a directory; say -r`,
      );
  }
}

/** What lies in a directory goes before it does. */
function* removed(path: ByteString, kind: FileKind, removal: Removal): EffectSource {
  if (kind === "directory" && removal.recursive) {
    try {
      // Read to its end before anything goes: a directory that shrinks while it is read may hide entries.
      for (const entry of Array.from(readDirectory(path)))
        yield* removed(joinPath(path, entry.name), entry.kind, removal);
    } catch (error) {
      yield pathErrorItem(error, "read", path);
      return;
    }
  }
  const file = toSystemPath(path);
  yield {
    action: "remove",
    path,
    kind,
    perform: () => (kind === "directory" ? rmdirSync(file) : unlinkSync(file)),
  };
}
