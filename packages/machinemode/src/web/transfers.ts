import type { ByteString } from "../byte-text.ts";

const maxBodyLength = 1024 * 1024;
const maxFactsLength = 8 * 1024 * 1024;

export interface TransferText {
  /** Its beginning, where it is over 1 MiB. */
  readonly body: ByteString;
  readonly bodyLength: number;
  readonly facts: ByteString;
  readonly headers: ByteString;
}

/** Cuts `body B facts B headers B` out of a stream, B a boundary no body can hold; keeps 1 MiB of a body at most. */
export class Transfers {
  readonly #boundary: string;
  #rest = "";
  #body = "";
  #bodyLength = 0;
  #parts: ByteString[] = [];

  constructor(boundary: string) {
    this.#boundary = boundary;
  }

  add(chunk: ByteString): readonly TransferText[] {
    this.#rest += chunk;
    const found: TransferText[] = [];
    for (
      let at = this.#rest.indexOf(this.#boundary);
      at !== -1;
      at = this.#rest.indexOf(this.#boundary)
    ) {
      const part = this.#rest.slice(0, at);
      this.#rest = this.#rest.slice(at + this.#boundary.length);
      if (this.#parts.length === 0) {
        this.#keepBody(part);
        this.#parts.push("");
      } else {
        this.#parts.push(part);
      }
      if (this.#parts.length === 3) found.push(this.#finish());
    }
    this.#drainBody();
    return found;
  }

  end(): ByteString | undefined {
    const left = this.#body + this.#rest;
    return left === "" && this.#parts.length === 0 ? undefined : left;
  }

  /** All but what may be the beginning of a boundary. */
  #drainBody(): void {
    if (this.#parts.length > 0) {
      if (this.#rest.length > maxFactsLength) this.#rest = this.#rest.slice(-maxFactsLength);
      return;
    }
    const safe = this.#rest.length - this.#boundary.length;
    if (safe <= 0) return;
    this.#keepBody(this.#rest.slice(0, safe));
    this.#rest = this.#rest.slice(safe);
  }

  #keepBody(part: ByteString): void {
    this.#bodyLength += part.length;
    if (this.#body.length < maxBodyLength)
      this.#body += part.slice(0, maxBodyLength - this.#body.length);
  }

  #finish(): TransferText {
    const [, facts = "", headers = ""] = this.#parts;
    const transfer = { body: this.#body, bodyLength: this.#bodyLength, facts, headers };
    this.#parts = [];
    this.#body = "";
    this.#bodyLength = 0;
    return transfer;
  }
}
