import { LineBlocks } from "../lines/line-blocks.ts";
import type { LineTaker } from "../lines/line-blocks.ts";
import { newline } from "../lines/json-value.ts";
import type { LineWriter } from "../lines/line-writer.ts";
import { jsonOf } from "./conversation.ts";

/**
 * The output of one command. In protocol 1 each of its lines becomes a notification with `command_id` beside its value, so that
 * a `begin`, an `end` or a summary inside is never taken for one of the plugin's own run.
 */
export class CommandLines implements LineTaker {
  readonly #envelope: string;
  readonly #id: string;
  readonly #writer: LineWriter;
  readonly #blocks: LineBlocks;
  #taken: Buffer[] = [];

  constructor(id: string, writer: LineWriter, maxLineBytes: number) {
    this.#id = id;
    this.#writer = writer;
    this.#envelope = `{"type":"notification","command_id":${JSON.stringify(id)},"value":`;
    // Twice within an envelope: as a line of the command and as ours.
    this.#blocks = new LineBlocks(this, { maxLineBytes: maxLineBytes - 1024, secrets: [] });
  }

  /** Whole lines, as far as there are any now. */
  add(chunk: Buffer): readonly Buffer[] {
    this.#blocks.add(chunk);
    return this.#take();
  }

  finish(): readonly Buffer[] {
    this.#blocks.finish();
    return this.#take();
  }

  write(block: Buffer): void {
    for (let at = 0; at < block.length;) {
      const end = block.indexOf(newline, at);
      const value = jsonOf(block, at, end);
      this.#writer.value(this.#envelope, value, 0, value.length);
      at = end + 1;
    }
  }

  complete(exitCode: number): void {
    this.#writer.object({
      type: "notification",
      command_id: this.#id,
      value: { type: "command_complete", exit_code: exitCode },
    });
  }

  takeLines(block: Buffer): void {
    this.#taken.push(block);
  }

  takeOverlong(head: string, sizeBytes: number): void {
    const cut = { type: "line_truncated", head, size_bytes: sizeBytes };
    this.#taken.push(Buffer.from(`${JSON.stringify(cut)}\n`));
  }

  #take(): readonly Buffer[] {
    const taken = this.#taken;
    this.#taken = [];
    return taken;
  }
}
