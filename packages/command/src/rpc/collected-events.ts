import { isResultType } from "@aomori/protocol";

export interface CollectBounds {
  readonly maxEvents: number;
  /** Of all events together, as JSON. */
  readonly maxBytes: number;
  /** Results that an answer before has shown. */
  readonly skip: number;
}

/** Framework events that say nothing once a run is over. */
const passing: readonly string[] = ["aoi:meta", "aoi:heartbeat", "aoi:progress"];
/** Errors and warnings are told even where results no longer fit, up to this many. */
const maxTold = 50;

/** The events of one run, no more than fit into one answer. */
export class CollectedEvents {
  readonly events: unknown[] = [];
  readonly #bounds: CollectBounds;
  #bytes = 0;
  #seen = 0;
  #shown = 0;
  #told = 0;
  #isCut = false;

  constructor(bounds: CollectBounds) {
    this.#bounds = bounds;
  }

  /** Results shown here and before: where the next answer begins. */
  get shown(): number {
    return this.#bounds.skip + this.#shown;
  }

  /** A result was left out because it did not fit. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** No further result fits. */
  get isFull(): boolean {
    return (
      this.#isCut || this.#shown >= this.#bounds.maxEvents || this.#bytes >= this.#bounds.maxBytes
    );
  }

  add(event: Readonly<Record<string, unknown>>, sizeBytes: number): void {
    const type = String(event["type"]);
    if (passing.includes(type)) return;
    if (isResultType(type)) this.#addResult(event, type, sizeBytes);
    else if (this.#told < maxTold) {
      this.#told += 1;
      this.#keep(event, type, sizeBytes);
    }
  }

  #addResult(event: Readonly<Record<string, unknown>>, type: string, sizeBytes: number): void {
    this.#seen += 1;
    if (this.#seen <= this.#bounds.skip) return;
    const isTooMuch = this.#bytes + sizeBytes > this.#bounds.maxBytes && this.#shown > 0;
    if (this.isFull || isTooMuch) {
      this.#isCut = true;
      return;
    }
    this.#shown += 1;
    this.#keep(event, type, sizeBytes);
  }

  /** One that would fill the answer alone is named and left out: it can never be shown here. */
  #keep(event: Readonly<Record<string, unknown>>, type: string, sizeBytes: number): void {
    const fits = sizeBytes <= this.#bounds.maxBytes;
    this.events.push(fits ? event : { type, omitted_bytes: sizeBytes });
    if (fits) this.#bytes += sizeBytes;
  }
}
