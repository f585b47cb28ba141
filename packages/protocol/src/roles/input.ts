import { open } from "node:fs/promises";
import { TerminalError, UserError } from "../errors.ts";

/**
 * What `--input-jsonl` names: `-` is standard input, anything else a file.
 * Throws `INPUT_NOT_FOUND` (not_found) and `INPUT_UNREADABLE` (io).
 */
export async function openInput(
  value: string,
  stdin: AsyncIterable<Uint8Array | string>,
): Promise<AsyncIterable<Uint8Array | string>> {
  if (value === "-") return stdin;
  try {
    const file = await open(value);
    return file.createReadStream();
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "ENOENT") {
      const message = `there is no file ${value} to read events from; give a path or - for standard input`;
      throw new UserError("not_found", "INPUT_NOT_FOUND", message, { cause });
    }
    throw new TerminalError("io", "INPUT_UNREADABLE", `cannot read ${value}: ${String(code)}`, {
      cause,
    });
  }
}
