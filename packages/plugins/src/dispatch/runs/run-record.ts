import { closeSync, mkdirSync, openSync, readdirSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createRedactor, redactArgs } from "@aomori/protocol";
import { errnoOf } from "@aomori/system";

export type RunId = `run_${string}`;

/** First line of a record. */
export interface RunStarted {
  readonly type: "run.started";
  readonly id: RunId;
  readonly plugin: string;
  readonly version: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  /** ISO-8601 UTC. */
  readonly started_at: string;
}

/** Last line of a record; a run without it is under way, or its host was killed. */
export interface RunEnded {
  readonly type: "run.ended";
  readonly ended_at: string;
  readonly exit_code: number;
  readonly signal?: string;
  readonly error_code?: string;
  readonly lines: number;
  readonly commands: number;
  /** Lines that are in the record; fewer than `lines` when they were too many. */
  readonly kept_lines: number;
}

/** The first line is read whole by whoever lists runs. */
const keptArgs = 64;
const keptArgLength = 200;

export const recordSuffix = ".jsonl";
const newline = 0x0a;

const randomDigits = 10;

/** Sorts by time, to the millisecond. What is behind that keeps runs of one moment apart and is no secret: `node:crypto` takes 3 ms to load. */
export function newRunId(nowMs: number): RunId {
  const random = Math.floor(Math.random() * 36 ** randomDigits);
  return `run_${nowMs.toString(36).padStart(9, "0")}${random.toString(36).padStart(randomDigits, "0")}`;
}

function shortened(argv: readonly string[]): string[] {
  const kept = argv.slice(0, keptArgs);
  const cut = kept.map((arg) =>
    arg.length > keptArgLength ? `${arg.slice(0, keptArgLength)}…` : arg,
  );
  return kept.length < argv.length ? [...cut, "…"] : cut;
}

/** Another run may have done so meanwhile. */
function forget(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
}

export interface RunRecordOptions {
  readonly directory: string;
  readonly id: RunId;
  readonly plugin: string;
  readonly version: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly maxBytes: number;
  readonly keptRuns: number;
}

/**
 * What a run said, as it goes on: the lines the host wrote for it, up to so many bytes, between `run.started` and `run.ended`.
 * A record that cannot be written ends, and `failure` says why: the run itself goes on.
 */
export class RunRecord {
  readonly id: RunId;
  readonly #options: RunRecordOptions;
  #fd: number | undefined;
  #failure: unknown;
  #bytes = 0;
  #lines = 0;
  #keptLines = 0;
  #isFull = false;

  constructor(options: RunRecordOptions) {
    this.id = options.id;
    this.#options = options;
    this.#attempt(() => {
      mkdirSync(options.directory, { recursive: true, mode: 0o700 });
      this.#fd = openSync(join(options.directory, `${options.id}${recordSuffix}`), "wx", 0o600);
    });
    const { id, plugin, version, argv, cwd } = options;
    const started: RunStarted = {
      type: "run.started",
      id,
      plugin,
      version,
      argv: redactArgs(shortened(argv), createRedactor()),
      cwd,
      started_at: new Date().toISOString(),
    };
    this.#write(Buffer.from(`${JSON.stringify(started)}\n`));
  }

  get failure(): unknown {
    return this.#failure;
  }

  get lines(): number {
    return this.#lines;
  }

  /** Whole lines; what does not fit any more is only counted. */
  add(lines: Uint8Array, count: number): void {
    this.#lines += count;
    if (this.#isFull) return;
    const room = this.#options.maxBytes - this.#bytes;
    if (lines.length <= room) {
      this.#keep(lines, count);
      return;
    }
    this.#isFull = true;
    const kept = lines.subarray(0, room === 0 ? 0 : lines.lastIndexOf(newline, room - 1) + 1);
    this.#keep(
      kept,
      kept.reduce((sum, byte) => sum + (byte === newline ? 1 : 0), 0),
    );
  }

  end(ending: Pick<RunEnded, "exit_code" | "signal" | "error_code" | "commands">): void {
    const ended: RunEnded = {
      type: "run.ended",
      ended_at: new Date().toISOString(),
      ...ending,
      lines: this.#lines,
      kept_lines: this.#keptLines,
    };
    this.#write(Buffer.from(`${JSON.stringify(ended)}\n`));
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    this.#attempt(() => this.#forgetOldRuns());
  }

  #keep(lines: Uint8Array, count: number): void {
    this.#bytes += lines.length;
    this.#keptLines += count;
    this.#write(lines);
  }

  #write(bytes: Uint8Array): void {
    this.#attempt(() => {
      for (let start = 0; this.#fd !== undefined && start < bytes.length;) {
        start += writeSync(this.#fd, bytes, start);
      }
    });
  }

  #forgetOldRuns(): void {
    const { directory, keptRuns } = this.#options;
    const names = readdirSync(directory).filter((name) => name.endsWith(recordSuffix));
    if (names.length <= keptRuns) return;
    for (const name of names.sort().slice(0, names.length - keptRuns)) {
      forget(join(directory, name));
    }
  }

  #attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      this.#failure ??= error;
      if (this.#fd !== undefined) closeSync(this.#fd);
      this.#fd = undefined;
    }
  }
}
