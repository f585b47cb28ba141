import type { EndReason, ErrorBody, Output, Redactor } from "@aomori/protocol";
import { endError, errorBody, toWireValue, wireJson } from "@aomori/protocol";
import type { PlannedAction, StreamedEvent } from "./command-handler.ts";
import type { CommandContext } from "./context.ts";
import type { Ending, Presenter } from "./presenter.ts";
import { Outcome, moreNote } from "./presenter.ts";
import type { Prose } from "./prose.ts";

/** How values are written as documents, redacted: `json` and `yaml`. Everything ends in a newline. */
export interface DocumentEncoding {
  readonly document: (value: unknown, redactor: Redactor) => string;
  /** One element of a list that is written as it comes; `isFirst` opens the list. */
  readonly item: (value: unknown, redactor: Redactor, isFirst: boolean) => string;
  readonly listEnd: (isEmpty: boolean) => string;
}

export const jsonEncoding: DocumentEncoding = {
  document: (value, redactor) => `${wireJson(value, redactor, 2)}\n`,
  item: (value, redactor, isFirst) => `${isFirst ? "[\n" : ",\n"}${wireJson(value, redactor)}`,
  listEnd: (isEmpty) => (isEmpty ? "[]\n" : "\n]\n"),
};

/** Loads the YAML library; only a run in that format pays for it. */
export async function loadYamlEncoding(): Promise<DocumentEncoding> {
  const { stringify } = await import("yaml");
  const document = (value: unknown, redactor: Redactor): string =>
    stringify(toWireValue(value, redactor), { lineWidth: 0 });
  return {
    document,
    item: (value, redactor) => document([value], redactor),
    listEnd: (isEmpty) => (isEmpty ? "[]\n" : ""),
  };
}

/**
 * Prints the resource itself, a list as an array, a stream as an array that grows, an error as
 * `{error: {…}}`, also as the last element of an array already begun.
 */
export class DocumentPresenter implements Presenter {
  readonly isPaging = false;
  readonly output: Output;
  readonly #context: CommandContext;
  readonly #encoding: DocumentEncoding;
  readonly #prose: Prose;
  readonly #isList: boolean;
  readonly #outcome = new Outcome();
  #items = 0;
  #documents = 0;
  #ended = false;

  constructor(context: CommandContext, encoding: DocumentEncoding, prose: Prose, isList: boolean) {
    this.output = context.stdout.output;
    this.#context = context;
    this.#encoding = encoding;
    this.#prose = prose;
    this.#isList = isList;
  }

  get ended(): boolean {
    return this.#ended;
  }

  async begin(): Promise<void> {}

  resource(value: unknown): Promise<void> {
    return this.#document(value);
  }

  page(items: readonly unknown[]): Promise<void> {
    return this.#document(items);
  }

  async event(event: StreamedEvent): Promise<void> {
    this.#outcome.observe(event);
    if (event.type === "aoi:progress" || event.type === "aoi:heartbeat") return;
    await this.#item(event);
  }

  plan(actions: readonly PlannedAction[]): Promise<void> {
    return this.#document({ plan: actions });
  }

  text(text: string): Promise<void> {
    return this.#document({ text });
  }

  async finish({ nextCursor, total }: Ending): Promise<void> {
    this.#ended = true;
    if (this.#items > 0 || (this.#isList && this.#documents === 0)) await this.#closeList();
    if (nextCursor !== undefined) this.#prose.note(moreNote(nextCursor, total));
    await this.output.flush();
  }

  async fail(error: unknown): Promise<void> {
    if (this.#ended) return;
    this.#writeError(error);
    await this.output.flush();
  }

  endNow(reason: EndReason): void {
    if (this.#ended) return;
    const error = endError(reason);
    if (reason.kind !== "crash") this.#prose.error(error);
    this.#writeError(error);
  }

  #writeError(error: unknown): void {
    this.#ended = true;
    const isOpen = this.#items > 0;
    void this.output.write(this.#errorText(errorBody(error), isOpen));
    if (isOpen) void this.#closeList();
  }

  /** Details that cannot be carried never keep an error from being told. */
  #errorText(body: ErrorBody, isOpen: boolean): string {
    const { redactor } = this.#context;
    const textOf = (told: ErrorBody): string =>
      isOpen
        ? this.#encoding.item({ error: told }, redactor, false)
        : this.#encoding.document({ error: told }, redactor);
    try {
      return textOf(body);
    } catch {
      const { details: _details, ...rest } = body;
      return textOf(rest);
    }
  }

  async #document(value: unknown): Promise<void> {
    this.#prose.clear();
    this.#documents += 1;
    await this.output.write(this.#encoding.document(value, this.#context.redactor));
  }

  async #item(value: unknown): Promise<void> {
    this.#prose.clear();
    const text = this.#encoding.item(value, this.#context.redactor, this.#items === 0);
    this.#items += 1;
    await this.output.write(text);
  }

  #closeList(): Promise<void> {
    return this.output.write(this.#encoding.listEnd(this.#items === 0));
  }
}
