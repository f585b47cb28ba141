import { statSync } from "node:fs";

import { UserError } from "@aomori/protocol";

import { childEnvironment, type EnvironmentRecord } from "./child-environment.ts";
import type { KeepOutput } from "./child-output.ts";
import { findExecutable } from "./executable.ts";

export interface SpawnOptions {
  readonly cwd: string;
  /** On top of the allow-list (see `childEnvironment`). */
  readonly env?: EnvironmentRecord;
  /** Time from start to TERM; the KILL follows after `killGraceMs`. */
  readonly deadlineMs: number;
  /** Default 2000. */
  readonly killGraceMs?: number;
  readonly signal?: AbortSignal;
  /**
   * A text is written and closed; `"open"` leaves it to `writeStdin`; `"inherit"` is this process's own; without it the
   * child reads an empty file.
   */
  readonly stdin?: { readonly text: string | Uint8Array } | "open" | "inherit";
  /** `"stream"`: standard output is read through `stdoutLines` or `stdoutChunks` only, and waits for the reader. Default `"collect"`. */
  readonly stdout?: "collect" | "stream";
  /** `"inherit"`: standard error is this process's own, which the child writes to itself. Default `"collect"`. */
  readonly stderr?: "collect" | "inherit";
  /** Cap of each collected stream; the child is not stopped for writing more. Default 1 MiB. */
  readonly maxOutputBytes?: number;
  /** Which end of a longer output is kept. Default `"head"`. */
  readonly keepOutput?: KeepOutput;
  readonly onStdout?: (chunk: Buffer) => void;
  readonly onStderr?: (chunk: Buffer) => void;
  /**
   * `"tethered"` (default): the whole group is killed when this process ends, even by SIGKILL; costs 1 to 2 ms.
   * `"untethered"`: only for short commands that end by themselves and are safer finished than cut.
   */
  readonly tether?: "tethered" | "untethered";
}

export interface PreparedCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Record<string, string>;
  readonly tethered: boolean;
}

/**
 * Runs in the child's group before the program takes the shell's place. File descriptor 3 is a pipe whose other end only
 * the parent holds: its end of file means that the parent is gone or has closed it. The watcher is a grandchild, so that
 * the program never finds a child it did not start, holds none of the program's streams, and outlives a TERM to the group.
 */
const tetherScript =
  "( trap '' TERM INT HUP QUIT; cd /; ( read -r line <&3; kill -KILL 0 ) </dev/null >/dev/null 2>&1 & ); " +
  'exec "$@" 3<&-';

/** Checks what can be known before a child is started, and says which part is wrong. */
export function prepareCommand(argv: readonly string[], options: SpawnOptions): PreparedCommand {
  const [name, ...rest] = argv;
  if (name === undefined) throw new TypeError("an empty argv cannot be run");
  if (options.signal?.aborted === true) throw cancelledError(name, options.signal);
  if (statSync(options.cwd, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new UserError(
      "not_found",
      "WORKING_DIRECTORY_NOT_FOUND",
      `cannot run ${name}: ${options.cwd} is not a directory`,
      { details: { cwd: options.cwd } },
    );
  }
  // Called when a child is started, never on import: the allow-list is defined over this process's environment.
  const env = childEnvironment(process.env, options.env);
  const program = findExecutable(name, env["PATH"], options.cwd);
  if (program === undefined) {
    throw new UserError(
      "not_found",
      "COMMAND_NOT_FOUND",
      `${name} is not an executable program on PATH; install it or set PATH`,
      { details: { command: name, path: env["PATH"] ?? "" } },
    );
  }
  return options.tether === "untethered"
    ? { file: program, args: rest, env, tethered: false }
    : {
        file: "/bin/sh",
        args: ["-c", tetherScript, "sh", program, ...rest],
        env,
        tethered: true,
      };
}

export function cancelledError(name: string, signal: AbortSignal): UserError {
  return new UserError("cancelled", "CANCELLED", `${name} was cancelled`, {
    cause: signal.reason,
  });
}
