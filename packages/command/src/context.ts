import type { Output, Redactor } from "@aomori/protocol";
import { createOutput, createRedactor } from "@aomori/protocol";

/** The program a command belongs to, as meta, help and discovery name it. */
export interface ProgramIdentity {
  /** What is typed: `aomori`. */
  readonly name: string;
  readonly version: string;
  /** Reverse-DNS name and semver of its event schema. */
  readonly schemaName: string;
  readonly schemaVersion: string;
  readonly summary?: string;
}

export interface Terminal {
  readonly output: Output;
  readonly isTty: boolean;
  /** Width now; undefined where there is none. */
  readonly columns: () => number | undefined;
  /** Height now; undefined where there is none. */
  readonly rows: () => number | undefined;
}

/**
 * Everything a command knows of the world outside, built once in the entry file. The kernel itself reads
 * no environment and ends no process: `runCommand` answers with the exit status.
 */
export interface CommandContext {
  readonly program: ProgramIdentity;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: {
    readonly isTty: boolean;
    readonly readText: () => Promise<string>;
    /** What comes in, piece by piece; nothing is read before it is asked for. */
    readonly bytes: () => AsyncIterable<Uint8Array | string>;
    /** Writes the question on stderr and resolves with one line. */
    readonly ask: (question: string, options: { readonly signal: AbortSignal }) => Promise<string>;
  };
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  readonly redactor: Redactor;
  /**
   * Whether the kernel takes over this process's signals, crashes and exit, for good: true in an entry
   * file, which runs one command and then ends the process with its status.
   */
  readonly ownsProcess: boolean;
  /** How often a stream without a bound gives a sign of life; 15 s when absent. */
  readonly heartbeatMs?: number;
}

/** The context of this process. Call it once, in the entry file, with the global `process`. */
export function processContext(
  host: NodeJS.Process,
  program: ProgramIdentity,
  redactor: Redactor = createRedactor(),
): CommandContext {
  const { isatty } = host.getBuiltinModule("node:tty");
  const terminal = (fd: 1 | 2): Terminal => {
    const isTty = isatty(fd);
    const stream = (): NodeJS.WriteStream => (fd === 1 ? host.stdout : host.stderr);
    return {
      output: createOutput({ fd }),
      isTty,
      columns: () => (isTty ? positive(stream().columns) : undefined),
      rows: () => (isTty ? positive(stream().rows) : undefined),
    };
  };
  const stderr = terminal(2);
  return {
    program,
    env: host.env,
    cwd: host.cwd(),
    stdin: {
      isTty: isatty(0),
      readText: () => readAll(host.stdin),
      bytes: () => host.stdin,
      ask: (question, { signal }) => askOnTerminal(host, stderr.output, question, signal),
    },
    stdout: terminal(1),
    stderr,
    redactor,
    ownsProcess: true,
  };
}

/** A terminal that does not know its size says 0. */
function positive(size: number): number | undefined {
  return size > 0 ? size : undefined;
}

async function readAll(stream: AsyncIterable<Uint8Array | string>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    text += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** The terminal keeps its own line editing, so that Ctrl-C stays a signal; no answer (Ctrl-D) is an empty one. */
async function askOnTerminal(
  host: NodeJS.Process,
  output: Output,
  question: string,
  signal: AbortSignal,
): Promise<string> {
  const { createInterface } = await import("node:readline");
  signal.throwIfAborted();
  await output.write(question);
  const lines = createInterface({ input: host.stdin, terminal: false, signal });
  return await new Promise((resolve, reject) => {
    lines.once("line", (line) => {
      resolve(line);
      lines.close();
    });
    lines.once("close", () => {
      if (signal.aborted) reject(signal.reason);
      else resolve("");
    });
  });
}
