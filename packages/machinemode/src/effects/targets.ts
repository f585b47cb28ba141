import { UserError } from "@aomori/protocol";
import type { ByteString } from "../byte-text.ts";
import { toByteString } from "../byte-text.ts";
import type { CommandLine, KnownFlags } from "../native/command-line.ts";
import { parseCommandLine, refuseUnknown } from "../native/command-line.ts";
import { baseName, joinPath } from "../native/directory.ts";
import { fileAt } from "./file-at.ts";
import { needOperands } from "./effect.ts";

export interface Transfer {
  readonly from: ByteString;
  readonly to: ByteString;
}

export interface Transfers {
  readonly line: CommandLine;
  readonly pairs: readonly Transfer[];
}

/** What goes where, as cp and mv understand their operands. Throws usage errors. */
export function transfers(tool: string, argv: readonly string[], known: KnownFlags): Transfers {
  const line = parseCommandLine(tool, argv, {
    ...known,
    short: { ...known.short, t: "target-directory", T: "no-target-directory" },
    valued: [...(known.valued ?? []), "target-directory"],
  });
  refuseUnknown(tool, line);
  const named = line.values.get("target-directory");
  needOperands(
    tool,
    line.operands,
    named === undefined ? 2 : 1,
    "what to take and where to put it",
  );
  const operands = line.operands.map(toByteString);
  const target = named === undefined ? (operands.at(-1) ?? "") : toByteString(named);
  const sources = named === undefined ? operands.slice(0, -1) : operands;
  const isInto = !line.flags.has("no-target-directory") && fileAt(target, true) === "directory";
  if (!isInto && (sources.length > 1 || named !== undefined)) {
    throw new UserError(
      "validation",
      "NOT_A_DIRECTORY",
      `${tool}: the target ${named ?? line.operands.at(-1) ?? ""} is no directory`,
    );
  }
  const pairs = sources.map((from) => ({
    from,
    to: isInto ? joinPath(target, baseName(from)) : target,
  }));
  return { line, pairs };
}
