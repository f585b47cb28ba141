import { appendFileSync, mkdirSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";

import { ioError } from "@aomori/system";

/**
 * Counts commands over a plugin and every plugin it runs: one byte a command in one file, which processes side by side may append to.
 * The run that is not inside another one makes the file and takes it away.
 */
export class CommandBudget implements Disposable {
  readonly file: string;
  readonly #limit: number;
  readonly #isOutermost: boolean;
  #isMade = false;

  constructor(file: string, limit: number, isOutermost: boolean) {
    this.file = file;
    this.#limit = limit;
    this.#isOutermost = isOutermost;
  }

  /** False when nothing is left. */
  take(): boolean {
    try {
      mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 });
      appendFileSync(this.file, ".", { mode: 0o600 });
      this.#isMade = true;
      return statSync(this.file).size <= this.#limit;
    } catch (error) {
      throw ioError(error, `cannot count the commands of this run in ${this.file}`);
    }
  }

  [Symbol.dispose](): void {
    if (this.#isOutermost && this.#isMade) rmSync(this.file, { force: true });
  }
}
