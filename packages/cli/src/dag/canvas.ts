/** Which neighbours a line cell joins. */
const north = 1;
const east = 2;
const south = 4;
const west = 8;
const horizontal = east | west;
const vertical = north | south;

const glyphs: Readonly<Record<number, string>> = {
  [east]: "─",
  [west]: "─",
  [horizontal]: "─",
  [north]: "│",
  [south]: "│",
  [vertical]: "│",
  [east | south]: "┌",
  [west | south]: "┐",
  [east | north]: "└",
  [west | north]: "┘",
  [vertical | east]: "├",
  [vertical | west]: "┤",
  [horizontal | south]: "┬",
  [horizontal | north]: "┴",
  [horizontal | vertical]: "┼",
};

interface Cell {
  /** Sides joined, by net: lines of two nets may cross, and do not meet. */
  readonly nets: Map<number, number>;
  marked: boolean;
}

interface Label {
  readonly text: string;
  /** Columns it takes; colours take none. */
  readonly width: number;
}

/** Text and lines on a grid. Where two nets cross, the upright line is drawn and the other passes under it. */
export class Canvas {
  readonly #cells = new Map<string, Cell>();
  readonly #labels = new Map<string, Label>();
  #height = 0;
  #width = 0;

  label(x: number, y: number, text: string, width: number): void {
    this.#labels.set(`${x},${y}`, { text, width });
    this.#grow(x + width, y);
  }

  /** From `x1` to `x2`; an open end runs on into its neighbour. */
  across(
    net: number,
    y: number,
    [x1, x2]: readonly [number, number],
    ends: { readonly openStart?: boolean; readonly openEnd?: boolean; readonly marked?: boolean },
  ): void {
    for (let x = x1; x <= x2; x += 1) {
      const left = x > x1 || ends.openStart === true ? west : 0;
      const right = x < x2 || ends.openEnd === true ? east : 0;
      this.#join(x, y, net, left | right, ends.marked === true);
    }
  }

  down(net: number, x: number, [y1, y2]: readonly [number, number], marked: boolean): void {
    for (let y = y1; y <= y2; y += 1) {
      this.#join(x, y, net, (y > y1 ? north : 0) | (y < y2 ? south : 0), marked);
    }
  }

  /** Rows without trailing blanks; rows with nothing on them are left out. */
  rows(mark: (text: string) => string, plain: (text: string) => string): string[] {
    const rows: string[] = [];
    for (let y = 0; y < this.#height; y += 1) {
      const row = this.#row(y, mark, plain);
      if (row !== "") rows.push(row);
    }
    return rows;
  }

  #row(y: number, mark: (text: string) => string, plain: (text: string) => string): string {
    let text = "";
    let blanks = 0;
    let line = "";
    let lineMarked = false;
    const flush = (): void => {
      text += lineMarked ? mark(line) : plain(line);
      line = "";
    };
    for (let x = 0; x < this.#width;) {
      const label = this.#labels.get(`${x},${y}`);
      const cell = this.#cells.get(`${x},${y}`);
      if (label === undefined && cell === undefined) {
        blanks += 1;
        x += 1;
        continue;
      }
      if (blanks > 0 || label !== undefined) flush();
      text += " ".repeat(blanks);
      blanks = 0;
      if (label !== undefined) text += label.text;
      else if (cell !== undefined) {
        if (line !== "" && cell.marked !== lineMarked) flush();
        lineMarked = cell.marked;
        line += glyphOf(cell);
      }
      x += label?.width ?? 1;
    }
    flush();
    return text;
  }

  #join(x: number, y: number, net: number, sides: number, marked: boolean): void {
    const key = `${x},${y}`;
    const cell = this.#cells.get(key) ?? { nets: new Map(), marked: false };
    cell.nets.set(net, (cell.nets.get(net) ?? 0) | sides);
    cell.marked ||= marked;
    this.#cells.set(key, cell);
    this.#grow(x + 1, y);
  }

  #grow(width: number, y: number): void {
    this.#width = Math.max(this.#width, width);
    this.#height = Math.max(this.#height, y + 1);
  }
}

function glyphOf({ nets }: Cell): string {
  const upright = [...nets.values()].find((sides) => sides !== 0 && (sides & horizontal) === 0);
  const all = [...nets.values()].reduce((sum, sides) => sum | sides, 0);
  return (nets.size > 1 && upright !== undefined ? glyphs[vertical] : glyphs[all]) ?? " ";
}
