import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import type { Readable, Writable } from "node:stream";
import { TerminalError, UserError } from "./errors.ts";

export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

export interface ToolProcessOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: "ignore" | "inherit" | "pipe";
}

export interface ToolEnd {
  /** Undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

const silenceMs = 1000;

const allowedVariables: ReadonlySet<string> = new Set(
  "PATH HOME USER SHELL LANG TERM TZ TMPDIR".split(" "),
);

/** What a tool gets of `parent`: where programs, home and temporary files are and how to write; then `more`, where undefined unsets. */
export function toolEnvironment(
  parent: EnvironmentVariables,
  more: EnvironmentVariables = {},
): Record<string, string> {
  const inherited = Object.entries(parent).filter(
    ([name]) => allowedVariables.has(name) || name.startsWith("LC_"),
  );
  const merged = { ...Object.fromEntries(inherited), ...more };
  return Object.fromEntries(
    Object.entries(merged).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/**
 * The shell leaves a watcher in its group and becomes the tool. The watcher waits for the end of the pipe on
 * descriptor 3, whose other end only this process holds, and then kills the group: also after our own SIGKILL.
 * It is nobody's child by then, so that the tool never waits for a process it did not start.
 */
const tether =
  "( { trap '' TERM INT HUP; read -r _ <&3; kill -KILL 0; } </dev/null >/dev/null 2>&1 & ); " +
  'exec "$@" 3<&-';

/** A tool in a process group of its own, which lives neither longer than the tool nor than this process. */
export class ToolProcess {
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly stdin: Writable | undefined;
  /** Settles once, when the tool is gone and the rest of its group is killed; never rejects. */
  readonly end: Promise<ToolEnd>;
  readonly #child: ChildProcess;
  #killTimer: NodeJS.Timeout | undefined;
  #ended = false;
  #cutOff = false;

  private constructor(child: ChildProcess, pid: number, stdout: Readable, stderr: Readable) {
    this.#child = child;
    this.pid = pid;
    this.stdout = stdout;
    this.stderr = stderr;
    this.stdin = child.stdin ?? undefined;
    this.end = new Promise((settle) => {
      child.once("exit", (code, signal) => {
        this.#finish();
        settle({ exitCode: code ?? undefined, signal: signal ?? undefined });
      });
    });
  }

  /** Throws `COMMAND_NOT_FOUND` (not_found) and `SPAWN_FAILED` (io). */
  static async start(argv: readonly string[], options: ToolProcessOptions): Promise<ToolProcess> {
    const [name, ...args] = argv;
    if (name === undefined) throw new TypeError("an empty argv names no tool");
    const program = findProgram(name, options);
    const child = spawn("/bin/sh", ["-c", tether, "sh", program, ...args], {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: [options.stdin, "pipe", "pipe", "pipe"],
    });
    const { pid, stdout, stderr } = child;
    if (pid === undefined || stdout === null || stderr === null) {
      const cause = await new Promise((fail) => child.once("error", fail));
      throw new TerminalError("io", "SPAWN_FAILED", `cannot start ${name}: ${String(cause)}`, {
        cause,
      });
    }
    return new ToolProcess(child, pid, stdout, stderr);
  }

  /** Standard output to its end; a descendant that left the group may hold it open, so silence after the tool's end ends it too. */
  async *output(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* this.stdout;
    } catch (error) {
      if (!this.#cutOff) throw error;
    }
  }

  /** TERM to the group, KILL after the grace. */
  stop(killGraceMs: number): void {
    if (this.#ended || this.#killTimer !== undefined) return;
    this.#signalGroup("SIGTERM");
    this.#killTimer = setTimeout(() => this.#signalGroup("SIGKILL"), killGraceMs);
  }

  #finish(): void {
    this.#ended = true;
    clearTimeout(this.#killTimer);
    this.#signalGroup("SIGKILL");
    this.stdin?.destroy();
    this.#child.stdio[3]?.destroy();
    this.#closeWhenSilent();
  }

  #closeWhenSilent(): void {
    let lastAtMs = performance.now();
    const timer = setInterval(() => {
      const { stdout, stderr } = this;
      if (stdout.readableLength > 0) lastAtMs = performance.now();
      const isSilent = performance.now() - lastAtMs > silenceMs;
      if (isSilent) {
        this.#cutOff = true;
        stdout.destroy();
        stderr.destroy();
      }
      if (isSilent || (stdout.closed && stderr.closed)) clearInterval(timer);
    }, 50);
  }

  #signalGroup(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, signal);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      // No member left, or (macOS) only zombies.
      if (code !== "ESRCH" && code !== "EPERM") throw error;
    }
  }
}

function findProgram(name: string, { cwd, env }: ToolProcessOptions): string {
  const folders = name.includes("/") ? [""] : (env["PATH"] ?? "").split(delimiter);
  const paths = folders.map((folder) =>
    isAbsolute(name) ? name : resolve(cwd, join(folder, name)),
  );
  const found = paths.find(isExecutable);
  if (found !== undefined) return found;
  throw new UserError(
    "not_found",
    "COMMAND_NOT_FOUND",
    `${name} is not an executable program${name.includes("/") ? "" : " on PATH"}; install it or give its path`,
    { details: { command: name } },
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}
