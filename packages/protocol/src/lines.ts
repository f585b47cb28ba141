/** One line of a byte stream: its text, or why it has none. Numbers start at 1. */
export type Line =
  | { readonly number: number; readonly text: string }
  | {
      readonly number: number;
      readonly text?: undefined;
      readonly problem: "too-long" | "not-utf8";
    };

type Decoder = InstanceType<typeof TextDecoder>;

const newline = 0x0a;

/**
 * Splits bytes into lines without ever holding more than one line and one chunk. A line over the cap is
 * skipped to its end and told as `too-long`. A last line without a newline counts; CR before LF is dropped.
 */
export async function* readLines(
  source: AsyncIterable<Uint8Array | string>,
  maxLineBytes: number,
): AsyncGenerator<Line, void, undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const encoder = new TextEncoder();
  let number = 0;
  let partial: Uint8Array[] = [];
  let partialBytes = 0;
  const finish = (tail: Uint8Array): Line => {
    number += 1;
    const sizeBytes = partialBytes + tail.length;
    const pieces = [...partial, tail];
    partial = [];
    partialBytes = 0;
    if (sizeBytes > maxLineBytes) return { number, problem: "too-long" };
    return decodeLine(decoder, pieces.length === 1 ? tail : join(pieces, sizeBytes), number);
  };
  for await (const piece of source) {
    const chunk = typeof piece === "string" ? encoder.encode(piece) : piece;
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      yield finish(chunk.subarray(start, end));
      start = end + 1;
    }
    const rest = chunk.subarray(start);
    partialBytes += rest.length;
    if (partialBytes > maxLineBytes) partial = [];
    else if (rest.length > 0) partial.push(rest);
  }
  if (partialBytes > 0) yield finish(new Uint8Array(0));
}

function join(pieces: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const whole = new Uint8Array(sizeBytes);
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}

function decodeLine(decoder: Decoder, bytes: Uint8Array, number: number): Line {
  try {
    const text = decoder.decode(bytes);
    return { number, text: text.endsWith("\r") ? text.slice(0, -1) : text };
  } catch (error) {
    if (error instanceof TypeError) return { number, problem: "not-utf8" };
    throw error;
  }
}
