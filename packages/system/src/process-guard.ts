import { randomUUID } from "node:crypto";

import { runChild, spawnChild, type Child, type ChildResult } from "./child.ts";
import type { SpawnOptions } from "./child-options.ts";

/** A variable of the environment and the value that no other work has. */
interface Mark {
  readonly name: string;
  readonly value: string;
}

/** The longest a timer can be set for. */
const foreverMs = 2 ** 31 - 1;

/**
 * Waits for the end of its input, which comes when the work is over or when this process is gone, whatever killed it.
 * Then it kills every process that carries the mark, again and again until there is none. /proc on Linux, ps -E on
 * macOS, show the environment a process was started with.
 */
const guardScript = `trap '' HUP INT TERM QUIT
read -r line
tries=0
while [ "$tries" -lt 100 ]; do
  if [ -d /proc/self ]; then
    found=$(grep -ls "$1" /proc/[0-9]*/environ 2>/dev/null | cut -d / -f 3)
  else
    found=$(ps -Awwo pid=,command= -E | grep -F "$1" | grep -v "aomori-process-guard" | awk '{print $1}')
  fi
  [ -n "$found" ] || exit 0
  kill -KILL $found 2>/dev/null
  tries=$((tries + 1))
  sleep 0.05
done
exit 1
`;

/**
 * Ends every process that was started with one mark in its environment, also those that left its process group (a detached shell, a daemon), on `close`
 * and when this process dies. A process that drops its inherited environment and its group is out of reach.
 */
export class ProcessGuard implements AsyncDisposable {
  /** What every process of the work must be started with. */
  readonly env: Readonly<Record<string, string>>;
  readonly #child: Child;

  private constructor(child: Child, mark: Mark) {
    this.#child = child;
    this.env = { [mark.name]: mark.value };
  }

  static async open(mark: Mark): Promise<ProcessGuard> {
    const argv = [
      "/bin/sh",
      "-c",
      guardScript,
      "aomori-process-guard",
      `${mark.name}=${mark.value}`,
    ];
    const child = await spawnChild(argv, {
      cwd: "/",
      env: { [mark.name]: undefined },
      stdin: "open",
      deadlineMs: foreverMs,
      // It must outlive this process to do its work.
      tether: "untethered",
    });
    return new ProcessGuard(child, mark);
  }

  /** Resolves when no process of the work is left. */
  async close(): Promise<void> {
    this.#child.endStdin();
    await this.#child.result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** `runChild` for a program of the user's: what it leaves running, in whatever session, ends with it or with this process. */
export async function runGuardedChild(
  argv: readonly string[],
  options: SpawnOptions,
): Promise<ChildResult> {
  await using guard = await ProcessGuard.open({ name: "AOMORI_COMMAND_ID", value: randomUUID() });
  return await runChild(argv, { ...options, env: { ...options.env, ...guard.env } });
}
