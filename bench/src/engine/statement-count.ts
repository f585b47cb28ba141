import type { Store } from "@aomori/store";

export interface StatementCount {
  /** Of the engine, not those of DBOS; a change that is one statement and commits by itself is one too. */
  transactions: number;
  statements: number;
  dbosStatements: number;
  /** Milliseconds that statements took, by their text. */
  readonly byText: Map<string, { count: number; ms: number }>;
}

type Query = (...args: unknown[]) => unknown;

/** Counts what goes through a store's pool from now on; for the counting run, not for the timed ones. */
export function countStatements(store: Store): StatementCount {
  const count: StatementCount = {
    transactions: 0,
    statements: 0,
    dbosStatements: 0,
    byText: new Map(),
  };
  const wrapped = new WeakSet<object>();
  store.pool.on("acquire", (client) => {
    if (wrapped.has(client)) return;
    wrapped.add(client);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- pg's overloads are passed through untouched
    const query = client.query.bind(client) as unknown as Query;
    const session: Session = { isOpen: false };
    const counting: Query = (...args) => {
      const text = textOf(args[0]);
      note(count, session, text);
      const startedAtMs = performance.now();
      const result = query(...args);
      if (result instanceof Promise) {
        const done = (): void => noteTime(count, text, performance.now() - startedAtMs);
        result.then(done, done);
      }
      return result;
    };
    Object.assign(client, { query: counting });
  });
  return count;
}

function textOf(query: unknown): string {
  if (typeof query === "string") return query;
  if (typeof query === "object" && query !== null && "text" in query) return String(query.text);
  return "";
}

interface Session {
  isOpen: boolean;
}

const changing = /^\s*(?:with|insert|update|delete)\b/;

function note(count: StatementCount, session: Session, text: string): void {
  count.statements += 1;
  if (text.includes('"dbos"')) count.dbosStatements += 1;
  // Ours is written in small letters, that of DBOS in capitals.
  if (text === "begin" || (!session.isOpen && changing.test(text))) count.transactions += 1;
  if (/^begin\b/i.test(text)) session.isOpen = true;
  if (/^(?:commit|rollback)\b/i.test(text)) session.isOpen = false;
}

function noteTime(count: StatementCount, text: string, ms: number): void {
  const known = count.byText.get(text) ?? { count: 0, ms: 0 };
  known.count += 1;
  known.ms += ms;
  count.byText.set(text, known);
}
