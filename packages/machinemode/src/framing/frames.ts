import type { ByteString } from "../byte-text.ts";

/** What lies between two separators; `problem` says that it is not whole and so must not become a record. */
export interface Frame {
  readonly bytes: ByteString;
  readonly problem?: "too_long" | "unterminated";
}

export type FrameBatches = AsyncIterable<readonly Frame[]>;

export interface SeparatedOptions {
  readonly separator: "\n" | "\0";
  readonly maxFrameBytes: number;
}

export const defaultMaxFrameBytes: number = 1024 * 1024;

/**
 * Cuts a byte stream at a separator, holding one frame and one chunk at most. A frame over the cap is told as
 * `too_long` with its beginning. A last line without its newline counts; a last NUL frame without its NUL is `unterminated`.
 */
export async function* separatedFrames(
  chunks: AsyncIterable<Buffer>,
  options: SeparatedOptions,
): AsyncGenerator<readonly Frame[], void> {
  const cutter = new Cutter(options);
  for await (const chunk of chunks) {
    const frames = cutter.cut(chunk.toString("latin1"));
    if (frames.length > 0) yield frames;
  }
  const last = cutter.end();
  if (last !== undefined) yield [last];
}

class Cutter {
  readonly #separator: "\n" | "\0";
  readonly #maxFrameBytes: number;
  #rest = "";
  #overflowed = false;

  constructor({ separator, maxFrameBytes }: SeparatedOptions) {
    this.#separator = separator;
    this.#maxFrameBytes = maxFrameBytes;
  }

  cut(chunk: ByteString): Frame[] {
    const pieces = chunk.split(this.#separator);
    const tail = pieces.pop() ?? "";
    const frames: Frame[] = [];
    for (const piece of pieces) {
      this.#add(piece);
      frames.push(this.#take());
    }
    this.#add(tail);
    return frames;
  }

  end(): Frame | undefined {
    if (this.#rest === "" && !this.#overflowed) return undefined;
    const frame = this.#take();
    return this.#separator === "\n" ? frame : { ...frame, problem: "unterminated" };
  }

  #add(piece: ByteString): void {
    if (this.#overflowed || piece === "") return;
    const whole = this.#rest + piece;
    this.#overflowed = whole.length > this.#maxFrameBytes;
    this.#rest = this.#overflowed ? whole.slice(0, 4096) : whole;
  }

  #take(): Frame {
    const frame: Frame = this.#overflowed
      ? { bytes: this.#rest, problem: "too_long" }
      : { bytes: this.#rest };
    this.#rest = "";
    this.#overflowed = false;
    return frame;
  }
}
