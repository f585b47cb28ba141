import { UserError } from "@aomori/protocol";
import type { Sha256 } from "../names/names.ts";
import { isSha256 } from "./sha256.ts";

interface Line {
  readonly hash: string;
  /** Absent where a file holds a hash and nothing else. */
  readonly name?: string;
}

const bsdLine = /^SHA256 \((.+)\) = ([0-9a-f]{64})$/i;
/** What `sha256sum` writes: a backslash first when the name is escaped, and a star for binary mode. */
const gnuLine = /^(\\?)([0-9a-f]{64}) [ *](.+)$/i;
const bareLine = /^[0-9a-f]{64}$/i;

function unescaped(name: string): string {
  return name.replaceAll(/\\(.)/g, (_, character) =>
    character === "n" ? "\n" : String(character),
  );
}

function parseLine(text: string): Line | undefined {
  const [, bsdName, bsdHash] = bsdLine.exec(text) ?? [];
  if (bsdName !== undefined && bsdHash !== undefined) return { hash: bsdHash, name: bsdName };
  const [, escape, gnuHash, gnuName] = gnuLine.exec(text) ?? [];
  if (gnuHash !== undefined && gnuName !== undefined) {
    return { hash: gnuHash, name: escape === "" ? gnuName : unescaped(gnuName) };
  }
  return bareLine.test(text) ? { hash: text } : undefined;
}

/**
 * The hashes a checksums file gives for an asset, in the formats of GNU and BSD; hashes of other kinds in it are passed over. A bare hash counts
 * when it is all the file says. More than one element means that the file contradicts itself.
 */
export function hashesFor(text: string, asset: string, where: string): readonly Sha256[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const parsed = lines
    .map((line) => parseLine(line.trimEnd()))
    .filter((line) => line !== undefined);
  if (parsed.length === 0) {
    throw new UserError(
      "validation",
      "CHECKSUMS_MALFORMED",
      `${where} holds no sha256 in the format of GNU or BSD; tell the plugin's author`,
    );
  }
  const isMeant = ({ name }: Line) =>
    name === undefined ? lines.length === 1 : name === asset || name === `./${asset}`;
  const hashes = parsed.filter(isMeant).map(({ hash }) => hash.toLowerCase());
  return [...new Set(hashes.filter(isSha256))];
}
