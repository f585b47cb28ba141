import { mkdir, open, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errnoOf, ioError } from "@aomori/system";
import { diskStep } from "../disk/disk-step.ts";
import { targetExists } from "./archive-error.ts";

/** Nothing but "can it be run" is taken over from an archive's permission bits. */
function fileMode(mode: number): number {
  return (mode & 0o111) === 0 ? 0o644 : 0o755;
}

/**
 * The new directory an archive is unpacked into. Every path handed to it has passed the ledger, and nothing but plain files and
 * directories is ever made in it, so no path can lead out.
 */
export class TargetDirectory {
  readonly #root: string;
  readonly #made = new Set<string>();

  private constructor(root: string) {
    this.#root = root;
  }

  static async create(root: string): Promise<TargetDirectory> {
    try {
      await mkdir(root, { mode: 0o755 });
    } catch (error) {
      if (errnoOf(error) === "EEXIST") throw targetExists(root, error);
      throw ioError(error, `cannot make ${root}`);
    }
    return new TargetDirectory(root);
  }

  async makeDirectory(path: string): Promise<void> {
    if (path === "" || path === "." || this.#made.has(path)) return;
    try {
      await mkdir(join(this.#root, path), { recursive: true, mode: 0o755 });
    } catch (error) {
      throw ioError(error, `cannot make ${path} in ${this.#root}`);
    }
    this.#made.add(path);
  }

  /** Writes a new file; what `content` throws comes out as it is. */
  async writeFile(path: string, mode: number, content: AsyncIterable<Uint8Array>): Promise<void> {
    await this.makeDirectory(dirname(path));
    const doing = `cannot unpack ${path} into ${this.#root}`;
    const file = await open(join(this.#root, path), "wx", 0o600).catch((error: unknown) => {
      throw ioError(error, doing);
    });
    try {
      for await (const chunk of content) {
        await file.writeFile(chunk).catch((error: unknown) => {
          throw ioError(error, doing);
        });
      }
      await diskStep("CHMOD", `cannot set the mode of ${path} in ${this.#root}`, () =>
        file.chmod(fileMode(mode)),
      );
    } finally {
      await file.close();
    }
  }

  async remove(): Promise<void> {
    await rm(this.#root, { recursive: true, force: true });
  }
}
