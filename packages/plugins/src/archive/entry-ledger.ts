import { refused, shownName } from "./archive-error.ts";
import type { ArchiveLimits } from "./archive-limits.ts";
import { entrySegments } from "./entry-name.ts";

type Kind = "file" | "directory";

interface Known {
  readonly path: string;
  readonly kind: Kind;
  /** False for a folder that so far is only implied by what lies in it. */
  readonly listed: boolean;
}

/**
 * What an archive has claimed so far: refuses names that some system takes for the same one, and counts against the limits. Where the kind of a
 * path is asked twice, both times must agree.
 */
export class EntryLedger {
  readonly #limits: ArchiveLimits;
  readonly #known = new Map<string, Known>();
  #entries = 0;
  #totalBytes = 0;

  constructor(limits: ArchiveLimits) {
    this.#limits = limits;
  }

  get entries(): number {
    return this.#entries;
  }

  get totalBytes(): number {
    return this.#totalBytes;
  }

  /** The path of an entry below the target, with `/`; the empty string for the root itself. */
  admit(name: string, kind: Kind): string {
    this.#entries += 1;
    if (this.#entries > this.#limits.maxEntries) {
      throw refused("ARCHIVE_TOO_MANY_ENTRIES", `it has over ${this.#limits.maxEntries} entries`);
    }
    const segments = entrySegments(name, this.#limits);
    for (let length = 1; length < segments.length; length += 1) {
      this.#claim(segments.slice(0, length).join("/"), "directory", false);
    }
    const path = segments.join("/");
    if (path === "" && kind === "file") {
      throw refused("ARCHIVE_NAME_EMPTY", `the file ${shownName(name)} has no name of its own`);
    }
    if (path !== "") this.#claim(path, kind, true);
    return path;
  }

  /** Counts bytes of a file, declared or unpacked. */
  count(sizeBytes: number): void {
    this.#totalBytes += sizeBytes;
    if (this.#totalBytes > this.#limits.maxTotalBytes) {
      throw refused(
        "ARCHIVE_TOO_LARGE",
        `unpacked it has over ${this.#limits.maxTotalBytes} bytes`,
      );
    }
  }

  checkRatio(unpackedBytes: number, packedBytes: number): void {
    const { maxRatio, ratioFloorBytes } = this.#limits;
    if (unpackedBytes <= ratioFloorBytes || unpackedBytes <= packedBytes * maxRatio) return;
    throw refused(
      "ARCHIVE_RATIO",
      `${packedBytes} bytes of it become ${unpackedBytes}, more than ${maxRatio} for one`,
    );
  }

  #claim(path: string, kind: Kind, listed: boolean): void {
    const key = sameFileKey(path);
    const known = this.#known.get(key);
    if (known === undefined) {
      this.#known.set(key, { path, kind, listed });
      return;
    }
    if (known.path !== path) throw clash(known.path, path);
    if (known.kind !== kind) {
      throw refused(
        "ARCHIVE_FILE_OVER_DIRECTORY",
        `${shownName(path)} is a file and a directory in it`,
      );
    }
    if (known.listed && listed) {
      throw refused("ARCHIVE_DUPLICATE", `${shownName(path)} is in it twice`);
    }
    if (listed) this.#known.set(key, { path, kind, listed });
  }
}

function clash(first: string, second: string): Error {
  const sameForm = first.normalize("NFKC") === second.normalize("NFKC");
  const code = sameForm ? "ARCHIVE_UNICODE_CLASH" : "ARCHIVE_CASE_CLASH";
  const how = sameForm ? "in how Unicode writes them" : "in upper and lower case";
  return refused(code, `${shownName(first)} and ${shownName(second)} differ only ${how}`);
}

/** Equal for paths that a file system blind to case or to Unicode's forms may take for one; upper case first, so that ß meets ss. */
function sameFileKey(path: string): string {
  return path.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC");
}
