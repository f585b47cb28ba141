import type { EndReason, Output } from "@aomori/protocol";
import { UserError, endError, sanitizeForTerminal, toWireValue } from "@aomori/protocol";
import type { PlannedAction, StreamedEvent, View, ViewTerminal } from "./command-handler.ts";
import type { CommandContext } from "./context.ts";
import { LiveFrame } from "./live-frame.ts";
import { showInPager } from "./pager.ts";
import type { Paint } from "./paint.ts";
import type { Ending, Presenter } from "./presenter.ts";
import { moreNote } from "./presenter.ts";
import type { Prose } from "./prose.ts";
import { cellText, guessColumns, renderFields, renderTable } from "./table.ts";

export interface TableLook {
  readonly paint: Paint;
  readonly columns?: readonly string[] | undefined;
  readonly view?: View | undefined;
  /** What there is none of, in the note for an empty list. */
  readonly noun: string;
}

/** For people: tables, one line per event, frames redrawn in place; prose and errors on stderr. */
export class TablePresenter implements Presenter {
  readonly output: Output;
  readonly #context: CommandContext;
  readonly #look: TableLook;
  readonly #prose: Prose;
  readonly #frame: LiveFrame;
  #ended = false;
  #isPaging = false;

  constructor(context: CommandContext, look: TableLook, prose: Prose) {
    this.output = context.stdout.output;
    this.#context = context;
    this.#look = look;
    this.#prose = prose;
    this.#frame = new LiveFrame(context.stdout);
  }

  get ended(): boolean {
    return this.#ended;
  }

  get isPaging(): boolean {
    return this.#isPaging;
  }

  async begin(): Promise<void> {}

  resource(resource: unknown): Promise<void> {
    const value = toWireValue(resource, this.#context.redactor);
    const render = this.#look.view?.resource;
    return this.#show(render?.(value, this.#terminal()) ?? renderFields(value, this.#table()));
  }

  page(page: readonly unknown[]): Promise<void> {
    const items = page.map((item) => toWireValue(item, this.#context.redactor));
    const { view, columns = guessColumns(items), noun } = this.#look;
    if (items.length === 0 && view?.page === undefined) {
      this.#prose.note(`no ${noun.replaceAll("_", " ")}s`);
      return Promise.resolve();
    }
    const text = view?.page?.(items, this.#terminal());
    return this.#show(text ?? renderTable(columns, items, this.#table()));
  }

  async event(event: StreamedEvent): Promise<void> {
    const { view } = this.#look;
    if (this.#aside(event)) return;
    const frame = view?.frame?.(event, this.#terminal());
    if (frame !== undefined) {
      this.#prose.clear();
      await this.#frame.draw(frame);
    }
    const line = view?.event === undefined ? undefined : view.event(event, this.#terminal());
    if (line !== undefined) await this.#line(line);
    else if (view?.event === undefined && view?.frame === undefined) {
      await this.#line(eventLine(event, this.#look.paint));
    }
  }

  async plan(actions: readonly PlannedAction[]): Promise<void> {
    for (const action of actions)
      await this.#line(eventLine({ ...action, type: "aoi:plan" }, this.#look.paint));
  }

  text(text: string): Promise<void> {
    return this.#show(text);
  }

  async finish({ nextCursor, total, truncated }: Ending): Promise<void> {
    this.#ended = true;
    await this.#frame.settle();
    if (nextCursor !== undefined) this.#prose.note(moreNote(nextCursor, total));
    else if (truncated === true) this.#prose.note("more: raise --limit to see it");
    this.#prose.clear();
    await this.output.flush();
  }

  async fail(_error: unknown): Promise<void> {
    this.#ended = true;
    await this.#frame.settle();
    await this.output.flush();
  }

  endNow(reason: EndReason): void {
    if (this.#ended) return;
    this.#ended = true;
    void this.#frame.settle();
    if (reason.kind !== "crash") this.#prose.error(endError(reason));
  }

  /** Framework events a person sees on stderr, or not at all. */
  #aside(event: StreamedEvent): boolean {
    const message = typeof event["message"] === "string" ? event["message"] : "";
    if (event.type === "aoi:progress") this.#prose.progress(message);
    else if (event.type === "aoi:warning") this.#prose.warning(message);
    else if (event.type === "aoi:error") this.#prose.error(eventError(event, message));
    else return event.type === "aoi:heartbeat";
    return true;
  }

  #line(text: string): Promise<void> {
    return this.#write(text.endsWith("\n") ? text : `${text}\n`);
  }

  /** A whole answer: through the pager when it is longer than the terminal. */
  async #show(text: string): Promise<void> {
    this.#prose.clear();
    await this.#context.stderr.output.flush();
    this.#isPaging = true;
    const shown = await showInPager(this.#context.redactor.text(text), this.#context);
    this.#isPaging = false;
    if (!shown) await this.#write(text);
  }

  async #write(text: string): Promise<void> {
    if (text === "") return;
    this.#prose.clear();
    await this.#frame.settle();
    await this.output.write(this.#context.redactor.text(text));
  }

  #terminal(): ViewTerminal {
    return { paint: this.#look.paint, columns: this.#context.stdout.columns() };
  }

  #table(): { paint: Paint; maxWidth: number | undefined } {
    return { paint: this.#look.paint, maxWidth: this.#context.stdout.columns() };
  }
}

function eventError(event: StreamedEvent, message: string): UserError {
  const code = typeof event["code"] === "string" ? event["code"] : "UNKNOWN";
  return new UserError("partial", code, message);
}

/** An event nobody wrote a view for: its one-line summary, or its fields. */
function eventLine(event: StreamedEvent, paint: Paint): string {
  const { type, summary, ...fields } = event;
  const rest = Object.entries(fields)
    .map(([name, value]) => `${cellText(name)}=${cellText(value)}`)
    .join(" ");
  if (type === "aoi:check") return checkLine(event, paint);
  if (type === "aoi:plan") {
    const { action, ...target } = fields;
    const text = Object.values(target).map(cellText).join(" ");
    return `${paint.cyan("would")} ${cellText(action)} ${text}`.trimEnd();
  }
  const text =
    typeof summary === "string" ? sanitizeForTerminal(summary, { singleLine: true }) : rest;
  return `${paint.dim(cellText(type))} ${text}`.trimEnd();
}

function checkLine(event: StreamedEvent, paint: Paint): string {
  const failed = event["severity"] === "error" ? paint.red("fail") : paint.yellow("warn");
  const verdict = event["ok"] === true ? paint.green("ok  ") : failed;
  const line = `${verdict}  ${cellText(event["name"])}  ${cellText(event["detail"])}`.trimEnd();
  const fix = event["ok"] === true ? "" : cellText(event["fix"]);
  return fix === "" ? line : `${line}\n      ${paint.dim("fix:")} ${fix}`;
}
