import { TerminalError, type CodedError } from "@aomori/protocol";
import type { Child } from "@aomori/system";

import { afterSpace, afterValue, newline } from "../lines/json-value.ts";

/** The version of the two-way protocol that this host speaks. */
const spokenVersion = 2;
/** Replies a plugin is sent before it has to give credit, where its hello says nothing. */
const firstCredit = 16;

export interface HostHello {
  readonly hostVersion: string;
  readonly runId: string;
  readonly commands: number;
  readonly concurrentCommands: number;
}

/** The host's side of protocol 2: what it says on the plugin's standard input, and how much of it the plugin has room for. */
export class Conversation {
  readonly #child: Child;
  #isOpen = false;
  #isOver = false;
  #credit = 0;
  #changed = Promise.withResolvers<void>();

  constructor(child: Child) {
    this.#child = child;
  }

  /** The plugin has said hello. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  greet(hello: HostHello): Promise<boolean> {
    return this.#say({
      type: "hello",
      protocol: spokenVersion,
      host: "aomori",
      host_version: hello.hostVersion,
      run_id: hello.runId,
      commands: hello.commands,
      concurrent_commands: hello.concurrentCommands,
    });
  }

  /** Throws PROTOCOL_MISMATCH when the first line is no hello, or one of another version. */
  open(name: string, line: Readonly<Record<string, unknown>>): void {
    const { type, protocol, replies = firstCredit } = line;
    if (type !== "hello" || protocol !== spokenVersion) {
      const said =
        type === "hello" ? `speaks protocol ${JSON.stringify(protocol)}` : "did not say hello";
      throw mismatch(name, said);
    }
    if (typeof replies !== "number" || replies < 0) {
      throw mismatch(
        name,
        `says hello with replies ${JSON.stringify(replies)}, which is no number`,
      );
    }
    this.#isOpen = true;
    this.credit(replies);
  }

  credit(replies: number): void {
    this.#credit += replies;
    this.#wake();
  }

  /** Hands over the lines of a command one by one, each when the plugin has room for it. */
  async reply(id: string, block: Buffer): Promise<void> {
    for (let at = 0; at < block.length;) {
      const end = block.indexOf(newline, at);
      await this.#spend();
      if (this.#isOver) return;
      await this.#child.writeStdin(replyLine(id, block, at, end));
      at = end + 1;
    }
  }

  /** The last word about a command; of one that was refused it says why. */
  complete(id: string, exitCode: number, error?: CodedError): Promise<boolean> {
    return this.#say({
      type: "command_complete",
      id,
      exit_code: exitCode,
      ...(error === undefined ? {} : { error: { code: error.code, message: error.message } }),
    });
  }

  cancel(): Promise<boolean> {
    return this.#say({ type: "cancel" });
  }

  /** Nobody reads any more: whoever waits for credit goes on. */
  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  async #spend(): Promise<void> {
    while (this.#credit < 1 && !this.#isOver) await this.#changed.promise;
    this.#credit -= 1;
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  #say(line: Readonly<Record<string, unknown>>): Promise<boolean> {
    return this.#child.writeStdin(`${JSON.stringify(line)}\n`);
  }
}

export function mismatch(name: string, said: string): TerminalError {
  return new TerminalError(
    "validation",
    "PROTOCOL_MISMATCH",
    `${name} ${said}; its manifest declares protocol ${spokenVersion}, whose first line is {"type":"hello","protocol":${spokenVersion}}`,
  );
}

/** A line of JSON is the value as it stands, any other one is a string. */
function replyLine(id: string, block: Buffer, start: number, end: number): Buffer {
  return Buffer.concat([
    Buffer.from(`{"type":"reply","id":${JSON.stringify(id)},"value":`),
    jsonOf(block, start, end),
    Buffer.from("}\n"),
  ]);
}

/** The line as a JSON value: what it is, or a string with its text. `block[end]` is its newline. */
export function jsonOf(block: Buffer, start: number, end: number): Buffer {
  const first = afterSpace(block, start);
  const after = afterValue(block, first);
  if (after !== -1 && afterSpace(block, after) === end) return block.subarray(first, after);
  return Buffer.from(JSON.stringify(block.subarray(start, end).toString()));
}
