import type { Paint } from "@aomori/command";

interface StatusLook {
  readonly glyph: string;
  readonly color: "dim" | "red" | "green" | "yellow" | "cyan" | "plain";
}

const looks: Readonly<Record<string, StatusLook>> = {
  pending: { glyph: "○", color: "dim" },
  ready: { glyph: "◌", color: "plain" },
  planning: { glyph: "●", color: "cyan" },
  starting: { glyph: "◌", color: "cyan" },
  running: { glyph: "●", color: "cyan" },
  active: { glyph: "●", color: "cyan" },
  merging: { glyph: "●", color: "cyan" },
  validating: { glyph: "◐", color: "yellow" },
  awaiting_approval: { glyph: "◐", color: "yellow" },
  idle: { glyph: "◐", color: "yellow" },
  stopping: { glyph: "◐", color: "yellow" },
  completed: { glyph: "✓", color: "green" },
  failed: { glyph: "✗", color: "red" },
  blocked: { glyph: "⊘", color: "red" },
  cancelled: { glyph: "−", color: "dim" },
  stopped: { glyph: "−", color: "dim" },
};

const unknownLook: StatusLook = { glyph: "?", color: "plain" };

/** The word people see: what the wire calls `completed` is done. */
export function statusWord(status: string): string {
  return status === "completed" ? "done" : status.replaceAll("_", " ");
}

export function statusGlyph(status: string): string {
  return (looks[status] ?? unknownLook).glyph;
}

export function paintStatus(status: string, text: string, paint: Paint): string {
  const { color } = looks[status] ?? unknownLook;
  return color === "plain" ? text : paint[color](text);
}

/** In the order a task goes through them. */
const order = [
  "completed",
  "validating",
  "running",
  "ready",
  "pending",
  "blocked",
  "failed",
  "cancelled",
];

/** `8 done, 3 running, 1 pending`; empty when there is nothing to count. */
export function countsText(counts: Readonly<Record<string, unknown>>): string {
  const names = [...order, ...Object.keys(counts).filter((name) => !order.includes(name))];
  return names
    .map((name) => ({ name, count: counts[name] }))
    .filter(({ count }) => typeof count === "number" && count > 0)
    .map(({ name, count }) => `${String(count)} ${statusWord(name)}`)
    .join(", ");
}
