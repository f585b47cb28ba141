import { RetryableError, type CodedError } from "@aomori/protocol";
import { isRecord } from "@aomori/system";

import { errorLine } from "../host-stream.ts";
import { LineShape } from "../lines/line-shape.ts";
import type { LineTaker } from "../lines/line-blocks.ts";
import type { LineWriter } from "../lines/line-writer.ts";

/** What a plugin's lines can bring about besides lines of the host. */
export interface PluginActions {
  /** A line with `fatal: true` has been passed on. */
  fatal(): void;
  command(id: string | undefined, words: readonly string[]): void;
  /** Of protocol 2 only. */
  readonly conversation?: {
    /** False until the plugin has said hello; the first line must be that. */
    readonly isOpen: boolean;
    hello(line: Readonly<Record<string, unknown>>): void;
    cancel(id: string): void;
    credit(replies: number): void;
  };
}

const levels: readonly unknown[] = ["info", "warn", "error"];
/** Of protocol 2; passed on as they are. */
const passedOn: readonly unknown[] = ["progress", "log"];

/** Reads a plugin's lines and writes the host's: what is no line of the protocol becomes a notification with the line as its text. */
export class PluginReader implements LineTaker {
  readonly #writer: LineWriter;
  readonly #actions: PluginActions;
  readonly #shape = new LineShape();
  #isClosed = false;

  constructor(writer: LineWriter, actions: PluginActions) {
    this.#writer = writer;
    this.#actions = actions;
  }

  /** From here on the plugin's lines are dropped. */
  close(): void {
    this.#isClosed = true;
  }

  takeLines(block: Uint8Array): void {
    const shape = this.#shape;
    for (let at = 0; at < block.length && !this.#isClosed; at = shape.next) {
      shape.read(block, at);
      if (this.#actions.conversation?.isOpen === false) this.#takeFirst(block);
      else if (shape.kind === "notification") this.#writer.notification(block, shape);
      else if (shape.kind === "text" || !this.#takeTyped(block)) this.#takeText(block, at);
    }
  }

  takeOverlong(head: string, sizeBytes: number): void {
    if (this.#isClosed) return;
    this.#writer.text(head);
    const told = new RetryableError(
      "validation",
      "LINE_TRUNCATED",
      `a line of ${sizeBytes} bytes was cut to the ${Buffer.byteLength(head)} before this: it is longer than a line may be`,
      { details: { size_bytes: sizeBytes } },
    );
    this.tell(told, "warn");
  }

  /** Says something of the host's own, which does not end the run. */
  tell(error: CodedError, level: "info" | "warn" | "error"): void {
    this.#writer.object(errorLine(error, level, false));
  }

  #takeFirst(block: Uint8Array): void {
    const { kind, start, end } = this.#shape;
    this.#actions.conversation?.hello(kind === "typed" ? objectAt(block, start, end) : {});
  }

  /** False when it is no line of the protocol. */
  #takeTyped(block: Uint8Array): boolean {
    const { start, end } = this.#shape;
    const line = objectAt(block, start, end);
    switch (line["type"]) {
      case "error":
        return this.#takeError(block, line);
      case "command":
        return this.#takeCommand(line);
      default:
        return this.#actions.conversation !== undefined && this.#takeSecond(block, line);
    }
  }

  #takeError(block: Uint8Array, line: Readonly<Record<string, unknown>>): boolean {
    const { level, fatal } = line;
    if (!levels.includes(level) || typeof fatal !== "boolean" || !("message" in line)) return false;
    this.#writer.line(block, this.#shape.start, this.#shape.end);
    if (fatal) {
      this.close();
      this.#actions.fatal();
    }
    return true;
  }

  #takeCommand(line: Readonly<Record<string, unknown>>): boolean {
    if (this.#actions.conversation === undefined) {
      const { command } = line;
      if (typeof command !== "string") return false;
      this.#actions.command(
        undefined,
        command.split(/\s+/).filter((word) => word !== ""),
      );
      return true;
    }
    const { id, argv } = line;
    if (typeof id !== "string" || id === "" || !isStrings(argv)) return false;
    this.#actions.command(id, argv);
    return true;
  }

  #takeSecond(block: Uint8Array, line: Readonly<Record<string, unknown>>): boolean {
    const { type, id, replies } = line;
    if (passedOn.includes(type)) {
      this.#writer.line(block, this.#shape.start, this.#shape.end);
      return true;
    }
    if (type === "cancel" && typeof id === "string") {
      this.#actions.conversation?.cancel(id);
      return true;
    }
    if (type === "credit" && typeof replies === "number" && replies > 0) {
      this.#actions.conversation?.credit(replies);
      return true;
    }
    return false;
  }

  #takeText(block: Uint8Array, start: number): void {
    const lineEnd = this.#shape.next - 1;
    const end = block[lineEnd - 1] === 0x0d && lineEnd > start ? lineEnd - 1 : lineEnd;
    const text = Buffer.from(block.buffer, block.byteOffset + start, end - start).toString();
    // Escaping may make it six times as long.
    if (!this.#writer.text(text)) this.takeOverlong(text.slice(0, 1000), end - start);
  }
}

function objectAt(
  block: Uint8Array,
  start: number,
  end: number,
): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(
    Buffer.from(block.buffer, block.byteOffset + start, end - start).toString(),
  );
  return isRecord(value) ? value : {};
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
