import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Names that break whoever guesses, as bytes. */
export const oddNames: readonly Buffer[] = [
  "plain.txt",
  "a  b",
  " leading",
  "trailing ",
  "tab\there",
  "new\nline",
  "\nstarts with a newline",
  "ends with one\n",
  "carriage\rreturn",
  'quote"d',
  "apostrophe's",
  "back\\slash",
  "\\n literally",
  "link -> target",
  "{a} => {b}",
  "-rf",
  "--help",
  "*",
  "?[a-z]",
  "$(touch x)",
  "`id`",
  "a:b:12:c",
  "100%\u001b[31mred",
  "Übung ÄÖÜ ß",
  "İstanbul ı",
  "عربى ١٢٣",
  "emoji 🎉👩‍👩‍👧",
  "e\u0301 decomposed",
  "zero\u200bwidth",
  "\u00a0nbsp\u2003em",
  "#hash",
  "~tilde~",
  "name=value",
  "a,b;c|d&e",
  "x".repeat(255),
]
  .map((name) => Buffer.from(name, "utf8"))
  .concat([
    Buffer.from([0x66, 0xff, 0xfe, 0x67]),
    Buffer.from("caf\xe9", "latin1"),
    Buffer.from([0xc3, 0x28]),
    Buffer.from([0x0a, 0x80, 0x20]),
    Buffer.from([0xed, 0xa0, 0x80]),
  ]);

/** A new directory with one file of every odd name; the content is the index of its name. */
export function oddDirectory(): string {
  const directory = join(mkdtempSync(join(tmpdir(), "odd-")), "names");
  mkdirSync(directory);
  for (const [index, name] of oddNames.entries()) {
    writeFileSync(Buffer.concat([Buffer.from(`${directory}/`), name]), `${index}\n`);
  }
  return directory;
}

/** The bytes a record says a field has. */
export function bytesOf(record: Readonly<Record<string, unknown>>, field: string): Buffer {
  const exact = record[`${field}_base64`];
  return typeof exact === "string"
    ? Buffer.from(exact, "base64")
    : Buffer.from(String(record[field]), "utf8");
}

export function sortedHex(names: readonly Buffer[]): readonly string[] {
  return names.map((name) => name.toString("hex")).toSorted();
}
