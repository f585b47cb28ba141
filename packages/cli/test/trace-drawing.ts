/** Which sides of its cell a line character joins. */
const sides: Readonly<Record<string, string>> = {
  "─": "EW",
  "│": "NS",
  "┌": "ES",
  "┐": "WS",
  "└": "EN",
  "┘": "WN",
  "├": "NSE",
  "┤": "NSW",
  "┬": "EWS",
  "┴": "EWN",
  "┼": "NESW",
};

interface Place {
  readonly x: number;
  readonly y: number;
  readonly heading: "E" | "N" | "S";
}

/**
 * Follows every line of a drawing from a label to the labels it leads to, as a reader would: to the right,
 * up or down at a junction, straight on where another line crosses. Throws where a line leads nowhere.
 */
export function traceDrawing(
  rows: readonly string[],
  ids: readonly string[],
): Map<string, Set<string>> {
  const grid = rows.map((row) => Array.from(row));
  const labels = new Map<string, string>();
  const starts = new Map<string, Place>();
  for (const id of ids) {
    const y = rows.findIndex((row) => row.split(" ").includes(id));
    const row = rows[y];
    if (row === undefined) throw new Error(`${id} is not drawn`);
    const x = Array.from(` ${row} `).join("").indexOf(` ${id} `);
    labels.set(`${x},${y}`, id);
    starts.set(id, { x: x + id.length + 1, y, heading: "E" });
  }
  const reached = new Map<string, Set<string>>();
  for (const [id, start] of starts) reached.set(id, follow(grid, labels, start));
  return reached;
}

function follow(
  grid: readonly (readonly string[])[],
  labels: ReadonlyMap<string, string>,
  start: Place,
): Set<string> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const queue = [start];
  for (let place = queue.pop(); place !== undefined; place = queue.pop()) {
    const key = `${place.x},${place.y},${place.heading}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const character = grid[place.y]?.[place.x] ?? " ";
    const label = labels.get(`${place.x + 1},${place.y}`);
    if (character === " " && place.heading === "E" && label !== undefined) found.add(label);
    else if (character !== " ") queue.push(...onward(place, character));
    else if (place !== start) throw new Error(`a line ends at ${key}`);
  }
  return found;
}

function onward({ x, y, heading }: Place, character: string): Place[] {
  const open = sides[character];
  if (open === undefined) throw new Error(`a line runs into "${character}" at ${x},${y}`);
  const east: Place = { x: x + 1, y, heading: "E" };
  const north: Place = { x, y: y - 1, heading: "N" };
  const south: Place = { x, y: y + 1, heading: "S" };
  if (heading === "E") {
    if (character === "│") return [east];
    if (!open.includes("W")) throw new Error(`nothing goes on from the left at ${x},${y}`);
    return [
      open.includes("E") ? [east] : [],
      open.includes("N") ? [north] : [],
      open.includes("S") ? [south] : [],
    ].flat();
  }
  const from = heading === "N" ? "S" : "N";
  if (!open.includes(from)) throw new Error(`nothing goes on at ${x},${y}`);
  const straight = open.includes(heading) ? [heading === "N" ? north : south] : [];
  return [...straight, ...(open.includes("E") ? [east] : [])];
}
