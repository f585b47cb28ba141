/**
 * Lets a server kill itself with SIGKILL at an exact boundary. The points are lines of a file: an event type or a
 * workflow step, with `:before` (the statement that makes it last is not sent) or `:after` (it is answered, and nothing
 * has followed). The first that comes up, with whatever the same statement makes last, is written to `<file>.hit`, and the
 * process is gone.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { Client } from "pg";

function readPoints(file: string): Set<string> {
  return new Set(
    readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== ""),
  );
}

function textOf(query: unknown): string {
  if (typeof query === "string") return query;
  if (typeof query !== "object" || query === null || !("text" in query)) return "";
  return typeof query.text === "string" ? query.text : "";
}

function valuesOf(query: unknown, rest: readonly unknown[]): readonly unknown[] {
  if (typeof query === "object" && query !== null && "values" in query) {
    return Array.isArray(query.values) ? query.values : [];
  }
  return Array.isArray(rest[0]) ? rest[0] : [];
}

/** The event types of our one statement that inserts events; what else it adds has no types with a dot. */
function eventTypes(values: readonly unknown[]): string[] {
  return values.flatMap((value) =>
    typeof value === "string" && value.startsWith("[{")
      ? [...value.matchAll(/"type":\s*"([a-z]+\.[a-z_]+)"/g)].map((match) => match[1] ?? "")
      : [],
  );
}

const stepNames = new Set([
  "move",
  "attempt",
  "settle",
  "materialise",
  "begin",
  "work",
  "validate",
]);
for (const name of ["finish", "give up", "open", "merge", "conclude"]) stepNames.add(name);

function stepNamesIn(values: readonly unknown[]): string[] {
  return values.flatMap((value) =>
    typeof value === "string" && stepNames.has(value) ? [`step ${value}`] : [],
  );
}

export function armKillPoints(file: string): void {
  const points = readPoints(file);
  const pending = new WeakMap<object, string[]>();
  const inTransaction = new WeakSet();
  const dieAt = (names: readonly string[], when: "before" | "after"): void => {
    const reached = [...new Set(names)].map((name) => `${name}:${when}`);
    if (!reached.some((point) => points.has(point))) return;
    writeFileSync(`${file}.hit`, reached.join("\n"));
    process.kill(process.pid, "SIGKILL");
  };
  const prototype: { query: (...args: unknown[]) => unknown } = Client.prototype;
  const query = prototype.query;
  prototype.query = function patched(this: object, ...args: unknown[]): unknown {
    const [first, ...rest] = args;
    const text = textOf(first);
    const values = valuesOf(first, rest);
    let ending: string[] = [];
    if (/^begin/i.test(text)) inTransaction.add(this);
    if (/insert into events/i.test(text)) {
      // Outside of a transaction the statement commits by itself.
      if (inTransaction.has(this)) pending.set(this, eventTypes(values));
      else ending = eventTypes(values);
    } else if (/^(?:commit|rollback)/i.test(text)) {
      ending = pending.get(this) ?? [];
      pending.delete(this);
      inTransaction.delete(this);
    } else if (/insert into "dbos"\.(operation_outputs|workflow_status)/i.test(text)) {
      ending = stepNamesIn(values);
      if (/workflow_status/i.test(text)) ending.push("workflow start");
    }
    dieAt(ending, "before");
    const result = query.apply(this, args);
    if (ending.length > 0 && result instanceof Promise) {
      return result.then((answer: unknown) => {
        dieAt(ending, "after");
        return answer;
      });
    }
    return result;
  };
}
