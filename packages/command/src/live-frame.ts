import type { Terminal } from "./context.ts";
import { textWidth } from "./text-width.ts";

/** A picture redrawn in place on a terminal; elsewhere only the last one is printed. */
export class LiveFrame {
  readonly #terminal: Terminal;
  #drawnRows = 0;
  #latest = "";

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  async draw(text: string): Promise<void> {
    this.#latest = text.endsWith("\n") ? text : `${text}\n`;
    if (!this.#terminal.isTty) return;
    const rows = this.#terminal.rows() ?? 24;
    const lines = this.#latest
      .slice(0, -1)
      .split("\n")
      .slice(-(rows - 1));
    const erase = this.#drawnRows === 0 ? "" : `\u001b[${this.#drawnRows}A\u001b[0J`;
    const columns = this.#terminal.columns() ?? Number.POSITIVE_INFINITY;
    const rowsOf = (line: string): number => Math.max(1, Math.ceil(textWidth(line) / columns));
    this.#drawnRows = lines.reduce((sum, line) => sum + rowsOf(line), 0);
    await this.#terminal.output.write(`${erase}${lines.join("\n")}\n`);
  }

  /** Leaves the last picture standing: what is printed next goes below it. */
  async settle(): Promise<void> {
    if (!this.#terminal.isTty && this.#latest !== "") {
      await this.#terminal.output.write(this.#latest);
    }
    this.#latest = "";
    this.#drawnRows = 0;
  }
}
