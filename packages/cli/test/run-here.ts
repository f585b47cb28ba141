import type { CommandContext } from "@aomori/command";
import { runProgram } from "@aomori/command";
import { createOutput, createRedactor } from "@aomori/protocol";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { identity } from "../src/identity.ts";
import { program } from "../src/program.ts";
import type { Ran } from "./run-cli.ts";

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** The whole program in this process, with a home, an environment and output files of its own: quick where no process is needed. */
export class Desk implements Disposable {
  readonly #root = mkdtempSync(join(tmpdir(), "aomori-desk-"));
  readonly home: string = join(this.#root, "home");

  async run(argv: readonly string[], { env = {}, input = "" }: RunOptions = {}): Promise<Ran> {
    const out = openSync(join(this.#root, "stdout"), "w");
    const err = openSync(join(this.#root, "stderr"), "w");
    const terminal = (fd: number): CommandContext["stdout"] => ({
      output: createOutput({ fd }),
      isTty: false,
      columns: () => undefined,
      rows: () => undefined,
    });
    const status = await runProgram(program, argv, {
      program: identity,
      env: { PATH: process.env["PATH"], HOME: this.#root, AOMORI_HOME: this.home, ...env },
      cwd: this.#root,
      stdin: {
        isTty: false,
        readText: async () => input,
        bytes: async function* () {
          yield input;
        },
        ask: async () => "",
      },
      stdout: terminal(out),
      stderr: terminal(err),
      redactor: createRedactor(),
      ownsProcess: false,
    });
    closeSync(out);
    closeSync(err);
    const read = (name: string): string => readFileSync(join(this.#root, name), "utf8");
    return { status, stdout: read("stdout"), stderr: read("stderr") };
  }

  async json(argv: readonly string[]): Promise<unknown> {
    const { status, stdout, stderr } = await this.run([...argv, "--format", "json"]);
    if (status !== 0) throw new Error(`${argv.join(" ")} ended with ${status}: ${stderr}`);
    return JSON.parse(stdout);
  }

  [Symbol.dispose](): void {
    rmSync(this.#root, { recursive: true, force: true });
  }
}
