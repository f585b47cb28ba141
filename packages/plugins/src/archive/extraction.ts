import type { TargetDirectory } from "./target-directory.ts";

export interface ExtractedFile {
  /** Below the target, with `/`. */
  readonly path: string;
  readonly sizeBytes: number;
}

export interface ExtractionProgress {
  readonly files: number;
  readonly unpackedBytes: number;
}

/** One unpacking under way: writes, counts and tells. */
export class Extraction {
  readonly #target: TargetDirectory;
  readonly #signal: AbortSignal | undefined;
  readonly #onProgress: ((progress: ExtractionProgress) => void) | undefined;
  readonly files: ExtractedFile[] = [];
  #unpackedBytes = 0;

  constructor(
    target: TargetDirectory,
    signal: AbortSignal | undefined,
    onProgress: ((progress: ExtractionProgress) => void) | undefined,
  ) {
    this.#target = target;
    this.#signal = signal;
    this.#onProgress = onProgress;
  }

  async addDirectory(path: string): Promise<void> {
    this.#signal?.throwIfAborted();
    await this.#target.makeDirectory(path);
  }

  async addFile(path: string, mode: number, content: AsyncIterable<Uint8Array>): Promise<void> {
    const before = this.#unpackedBytes;
    await this.#target.writeFile(path, mode, this.#counted(content));
    this.files.push({ path, sizeBytes: this.#unpackedBytes - before });
    this.#onProgress?.({ files: this.files.length, unpackedBytes: this.#unpackedBytes });
  }

  async *#counted(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of content) {
      this.#signal?.throwIfAborted();
      this.#unpackedBytes += chunk.length;
      yield chunk;
    }
  }
}
