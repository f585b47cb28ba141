import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";

/**
 * Reads `+ GROUP` and `- GROUP`. Should its input end without a goodbye, the linter has died: the groups that were not
 * taken back are killed, and the folder is removed.
 */
const script = `trap '' INT TERM HUP QUIT
cd /
live=
while read -r what group; do
  case $what in
    +) live="$live $group" ;;
    -) kept=
       for one in $live; do [ "$one" = "$group" ] || kept="$kept $one"; done
       live=$kept ;;
    bye) exit 0 ;;
  esac
done
for one in $live; do kill -s KILL -- "-$one" 2>/dev/null; done
rm -rf -- "$1"`;

/** A process of its own that ends what the linter has started when the linter itself is killed. */
export class Watchdog implements AsyncDisposable {
  readonly #child: ChildProcess;
  /** Listened for from its start on: a signal to the linter's group can end it before it has a group of its own. */
  readonly #gone: Promise<void>;

  constructor(folder: string) {
    this.#child = spawn("/bin/sh", ["-c", script, "sh", folder], {
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    this.#gone = new Promise((resolve) => {
      this.#child.once("exit", () => resolve()).once("error", () => resolve());
    });
    // Without it the runs are as good, only less guarded.
    this.#child.on("error", () => this.#child.stdin?.destroy());
    this.#child.stdin?.on("error", () => this.#child.stdin?.destroy());
  }

  started(groupId: number): void {
    this.#tell(`+ ${groupId}`);
  }

  ended(groupId: number): void {
    this.#tell(`- ${groupId}`);
  }

  async close(): Promise<void> {
    this.#tell("bye");
    this.#child.stdin?.end();
    await this.#gone;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #tell(line: string): void {
    if (this.#child.stdin?.writable === true) this.#child.stdin.write(`${line}\n`);
  }
}
