import type { ByteString } from "../byte-text.ts";

/** Fields of a line between runs of blanks; the `count`-th takes the rest as it stands. Undefined when there are fewer. */
export function blankSeparated(line: ByteString, count: number): readonly ByteString[] | undefined {
  const fields: ByteString[] = [];
  let index = 0;
  while (fields.length < count - 1) {
    while (line[index] === " ") index += 1;
    const end = line.indexOf(" ", index);
    if (end === -1 || index >= line.length) break;
    fields.push(line.slice(index, end));
    index = end;
  }
  while (line[index] === " ") index += 1;
  if (index < line.length) fields.push(line.slice(index));
  return fields.length === count ? fields : undefined;
}

/** Fields of a line between single delimiters; the `count`-th takes the rest. Undefined when there are fewer. */
export function delimited(
  line: ByteString,
  delimiter: string,
  count: number,
): readonly ByteString[] | undefined {
  const fields: ByteString[] = [];
  let from = 0;
  while (fields.length < count - 1) {
    const end = line.indexOf(delimiter, from);
    if (end === -1) return undefined;
    fields.push(line.slice(from, end));
    from = end + delimiter.length;
  }
  fields.push(line.slice(from));
  return fields;
}
