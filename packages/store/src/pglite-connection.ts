import { EventEmitter } from "node:events";

import type { PGlite } from "@electric-sql/pglite";
import { Client, Pool } from "pg";
import { serialize } from "pg-protocol";
import { Parser } from "pg-protocol/dist/parser.js";

type ParseMessage = Parameters<typeof serialize.parse>[0];
type BindMessage = Parameters<typeof serialize.bind>[0];
type ExecuteMessage = Parameters<typeof serialize.execute>[0];
type NamedMessage = Parameters<typeof serialize.describe>[0];

interface Statement {
  readonly name: string;
  uses: number;
  isPrepared: boolean;
}

/** One that failed is prepared anew: a change of its tables may be why. */
function note(statement: Statement, reply: string): void {
  if (reply === "parseComplete") statement.isPrepared = true;
  if (reply === "error") statement.isPrepared = false;
}

/** What waits for the event loop, a request or a signal, waits no longer than this for statements that come without a pause. */
const loopHeldMs = 5;

/** A text that was sent this often will be sent again. */
const usesBefore = 2;

/** DBOS and this package have some hundred. */
const statementLimit = 500;

/** What lasts as long as the PGlite: it has one session, whichever client talks to it. */
class Session {
  readonly pglite: PGlite;
  /** Names that pg gave and their texts. */
  readonly named: Record<string, string> = {};
  readonly #repeated = new Map<string, Statement>();
  /** When the event loop last came round, as long as statements have come since. */
  #heldSinceMs: number | undefined;
  /** Runs that wait for it to come round. */
  #waiting = 0;

  constructor(pglite: PGlite) {
    this.pglite = pglite;
  }

  /** In the order of the calls: pg hands a statement over from within the answer to the one before. */
  soon(run: () => void): void {
    const nowMs = performance.now();
    if (this.#heldSinceMs === undefined) {
      this.#heldSinceMs = nowMs;
      setImmediate(() => {
        this.#heldSinceMs = undefined;
      });
    }
    if (this.#waiting === 0 && nowMs - this.#heldSinceMs < loopHeldMs) {
      queueMicrotask(run);
      return;
    }
    this.#waiting += 1;
    setImmediate(() => {
      this.#waiting -= 1;
      run();
    });
  }

  /** Undefined where the text is new, or one too many. */
  repeated(text: string): Statement | undefined {
    const known = this.#repeated.get(text);
    if (known === undefined) {
      const count = this.#repeated.size;
      if (count >= statementLimit) return undefined;
      this.#repeated.set(text, { name: `repeated_${count}`, uses: 1, isPrepared: false });
      return undefined;
    }
    known.uses += 1;
    return known.uses > usesBefore ? known : undefined;
  }
}

/**
 * A pool of one client for a PGlite in this process. All messages of a statement go to PGlite at once, as a socket would
 * bring them; its own adapter hands each over by itself, which takes a third of a small statement's time. A statement
 * without a name that comes again is prepared under one: nobody here names any, and parsing and planning them takes longer
 * than running them. A COPY from a client is not for this pool: PGlite ends on it.
 */
export function pglitePool(pglite: PGlite): Pool {
  const session = new Session(pglite);
  class PgliteClient extends Client {
    constructor() {
      const config = { connection: new PgliteConnection(session), user: "postgres" };
      super(config);
    }
  }
  return new Pool({ Client: PgliteClient, max: 1, idleTimeoutMillis: 0 });
}

/** What a client of pg has for its connection (pg/lib/connection.js): no socket here, and no log-in. */
class PgliteConnection extends EventEmitter {
  /** These are looked at by their names. */
  readonly stream: { readonly destroy: () => void } = { destroy: () => this.end() };
  readonly parsedStatements: Record<string, string>;
  readonly submittedNamedStatements: Record<string, string> = {};
  _connecting = false;

  readonly #session: Session;
  readonly #parser = new Parser();
  /** Of the statement being put together. */
  #messages: Buffer[] = [];
  /** Where it is prepared under a name of ours. */
  #statement: Statement | undefined;
  #ended = false;

  constructor(session: Session) {
    super();
    this.#session = session;
    this.parsedStatements = session.named;
  }

  connect(): void {
    this._connecting = true;
    this.#session.pglite.waitReady.then(
      () => process.nextTick(() => this.emit("readyForQuery")),
      (error: unknown) => this.emit("error", error),
    );
  }

  parse(message: ParseMessage): void {
    const isPlain = (message.name ?? "") === "" && message.types === undefined;
    const statement = isPlain ? this.#session.repeated(message.text) : undefined;
    this.#statement = statement;
    if (statement === undefined) {
      this.#messages.push(serialize.parse(message));
    } else if (!statement.isPrepared) {
      const { name } = statement;
      this.#messages.push(serialize.close({ type: "S", name }));
      this.#messages.push(serialize.parse({ ...message, name }));
    }
  }

  bind(message: BindMessage): void {
    const name = this.#statement?.name;
    this.#messages.push(
      serialize.bind(name === undefined ? message : { ...message, statement: name }),
    );
  }

  describe(message: NamedMessage): void {
    this.#messages.push(serialize.describe(message));
  }

  execute(message: ExecuteMessage): void {
    this.#messages.push(serialize.execute(message));
  }

  close(message: NamedMessage): void {
    this.#messages.push(serialize.close(message));
  }

  query(text: string): void {
    this.#send(serialize.query(text));
  }

  sync(): void {
    this.#send(serialize.sync());
  }

  flush(): void {
    this.#send(serialize.flush());
  }

  /** What is under way is carried out and not answered; an open transaction is rolled back, as when a socket closes. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#session.soon(() => {
      const { pglite } = this.#session;
      if (pglite.ready && pglite.isInTransaction())
        pglite.execProtocolRawSync(serialize.query("rollback"));
      this.emit("end");
    });
  }

  /** There is nothing that would keep the process alive. */
  ref(): void {}

  unref(): void {}

  #send(last: Buffer): void {
    const messages = Buffer.concat([...this.#messages, last]);
    const statement = this.#statement;
    this.#messages = [];
    this.#statement = undefined;
    this.#session.soon(() => {
      this.#run(messages, statement).catch((error: unknown) => this.emit("error", error));
    });
  }

  async #run(messages: Buffer, statement: Statement | undefined): Promise<void> {
    // What is handed over is PGlite's memory, which the next statement writes to.
    const replies: Buffer[] = [];
    const onRawData = (data: Uint8Array): number => replies.push(Buffer.from(data));
    await this.#session.pglite.execProtocolRawStream(messages, { syncToFs: false, onRawData });
    for (const reply of replies) {
      this.#parser.parse(reply, (message) => {
        if (statement !== undefined) note(statement, message.name);
        if (this.#ended) return;
        this.emit(message.name === "error" ? "errorMessage" : message.name, message);
      });
    }
  }
}
