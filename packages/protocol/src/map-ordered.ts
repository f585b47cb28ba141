export interface TaskContext {
  /** Position in the source, from 0. */
  readonly index: number;
  /** Aborted when the caller's signal is, when another task has failed, and when the results are no longer read. */
  readonly signal: AbortSignal;
}

export type Task<In, Out> = (item: In, context: TaskContext) => Out | Promise<Out>;

export interface MapOptions {
  /** Tasks running at once; 1 when absent. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
}

/**
 * Maps a stream with at most `concurrency` tasks at once: started in order, results in order, each as soon as
 * those before it are there. Nothing is read without a free task, so memory stays bounded.
 *
 * What a task or the source throws comes after the results before it; nothing more is started then. An abort
 * comes at once. Either is thrown once the running tasks have ended.
 */
export function mapOrdered<In, Out>(
  source: AsyncIterable<In>,
  task: Task<In, Out>,
  options: MapOptions = {},
): AsyncGenerator<Out, void, undefined> {
  const { concurrency = 1 } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new RangeError(`concurrency is a positive integer, not ${concurrency}`);
  }
  return new OrderedMap(source, task, concurrency, options.signal).results();
}

interface Running<Out> {
  result: { readonly value: Out } | { readonly error: unknown } | undefined;
  ended: Promise<void>;
}

class OrderedMap<In, Out> {
  readonly #items: AsyncIterator<In>;
  readonly #task: Task<In, Out>;
  readonly #concurrency: number;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #running: Running<Out>[] = [];
  #source: "idle" | "reading" | "ended" | "failed" = "idle";
  #arrived: { readonly item: In } | undefined;
  #sourceError: unknown;
  #stopped = false;
  #wake: () => void = () => {};
  #index = 0;

  constructor(
    source: AsyncIterable<In>,
    task: Task<In, Out>,
    concurrency: number,
    signal: AbortSignal | undefined,
  ) {
    this.#items = source[Symbol.asyncIterator]();
    this.#task = task;
    this.#concurrency = concurrency;
    const { signal: stopped } = this.#stop;
    this.#signal = signal === undefined ? stopped : AbortSignal.any([signal, stopped]);
  }

  async *results(): AsyncGenerator<Out, void, undefined> {
    const onAbort = (): void => this.#wake();
    this.#signal.addEventListener("abort", onAbort);
    try {
      for (;;) {
        this.#signal.throwIfAborted();
        const [oldest] = this.#running;
        if (oldest?.result !== undefined) {
          if ("error" in oldest.result) throw oldest.result.error;
          this.#running.shift();
          yield oldest.result.value;
        } else if (this.#arrived !== undefined && !this.#stopped) this.#start(this.#arrived.item);
        else if (oldest !== undefined || this.#reads) await this.#change();
        else if (this.#source === "failed") throw this.#sourceError;
        else return;
      }
    } finally {
      this.#signal.removeEventListener("abort", onAbort);
      await this.#close();
    }
  }

  get #reads(): boolean {
    return this.#source === "idle" || this.#source === "reading";
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      const isFree = this.#running.length < this.#concurrency && !this.#stopped;
      if (isFree && this.#source === "idle" && this.#arrived === undefined) this.#read();
    });
  }

  #read(): void {
    this.#source = "reading";
    this.#items.next().then(
      (next) => {
        this.#source = next.done === true ? "ended" : "idle";
        if (next.done !== true) this.#arrived = { item: next.value };
        this.#wake();
      },
      (error: unknown) => {
        this.#source = "failed";
        this.#sourceError = error;
        this.#wake();
      },
    );
  }

  #start(item: In): void {
    this.#arrived = undefined;
    const context = { index: this.#index, signal: this.#signal };
    this.#index += 1;
    const running: Running<Out> = { result: undefined, ended: Promise.resolve() };
    running.ended = this.#run(running, item, context);
    this.#running.push(running);
  }

  async #run(running: Running<Out>, item: In, context: TaskContext): Promise<void> {
    try {
      running.result = { value: await this.#task(item, context) };
    } catch (error) {
      running.result = { error };
      this.#stopped = true;
    }
    this.#wake();
  }

  /** A source that is waiting for its next item answers `return` only after that: it is told and not waited for. */
  async #close(): Promise<void> {
    this.#stop.abort();
    for (const { ended } of this.#running) await ended;
    if (!this.#reads) return;
    const returned = this.#items.return?.();
    if (this.#source === "idle") await returned;
    else returned?.catch(this.#wake);
  }
}
