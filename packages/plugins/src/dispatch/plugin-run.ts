import type { CodedError, Output } from "@aomori/protocol";
import {
  TerminalError,
  UserError,
  exitCodes,
  monotonicMs,
  signalExitCodes,
} from "@aomori/protocol";
import { signalGroup } from "@aomori/system";
import type { Child, ChildResult, EnvironmentRecord } from "@aomori/system";

import type { CommandRules } from "./commands/allowed-command.ts";
import { refusalOf } from "./commands/allowed-command.ts";
import type { CommandBudget } from "./commands/command-budget.ts";
import type { AskedCommand, CommandListener, HostProgram } from "./commands/command-runner.ts";
import { CommandRunner, statusOfSignal } from "./commands/command-runner.ts";
import type { RunEnding } from "./host-stream.ts";
import type { InstalledPlugin } from "./installed-plugin.ts";
import { budgetVariable, depthVariable } from "./launch.ts";
import type { DispatchLimits } from "./limits.ts";
import { LineBlocks } from "./lines/line-blocks.ts";
import type { LineSink } from "./lines/line-writer.ts";
import { LineWriter } from "./lines/line-writer.ts";
import { CommandLines } from "./protocol/command-lines.ts";
import { Conversation, mismatch } from "./protocol/conversation.ts";
import { PluginReader } from "./protocol/plugin-reader.ts";

export interface PluginRunOptions {
  readonly plugin: InstalledPlugin;
  /** Of the host, for commands it runs for the plugin. */
  readonly hostEnv: EnvironmentRecord;
  readonly cwd: string;
  readonly output: Output;
  readonly sink: LineSink;
  readonly secrets: readonly string[];
  readonly host: HostProgram;
  readonly hostVersion: string;
  readonly runId: string;
  readonly rules: CommandRules;
  readonly budget: CommandBudget;
  /** 1 for a plugin that no plugin runs. */
  readonly depth: number;
  readonly deadlineMs: number;
  readonly limits: DispatchLimits;
  readonly signal?: AbortSignal;
}

/** One plugin that has been started, to its end, with the commands it asks for. */
export class PluginRun implements CommandListener {
  readonly #options: PluginRunOptions;
  readonly #child: Child;
  readonly #writer: LineWriter;
  readonly #reader: PluginReader;
  readonly #commands: CommandRunner;
  readonly #conversation: Conversation | undefined;
  readonly #commandLines = new Map<string, CommandLines>();
  #commandCount = 0;
  /** Why the host stops the plugin; the first reason counts. */
  #stopped: RunEnding | undefined;

  constructor(options: PluginRunOptions, child: Child) {
    const { plugin, limits, deadlineMs, cwd, host, hostEnv, depth, budget } = options;
    this.#options = options;
    this.#child = child;
    this.#writer = new LineWriter(options.sink, limits.maxLineBytes);
    this.#conversation = plugin.protocol === 2 ? new Conversation(child) : undefined;
    this.#reader = new PluginReader(this.#writer, {
      fatal: () => this.#stop({ exitCode: 1 }),
      command: (id, words) => this.#ask(id, words),
      ...(this.#conversation === undefined ? {} : { conversation: this.#talk(this.#conversation) }),
    });
    this.#commands = new CommandRunner({
      host,
      cwd,
      env: { ...hostEnv, [depthVariable]: String(depth), [budgetVariable]: budget.file },
      concurrent: limits.concurrentCommands,
      queued: limits.queuedCommands,
      killGraceMs: limits.killGraceMs,
      deadlineAtMs: monotonicMs() + deadlineMs,
      listener: this,
    });
  }

  get commandCount(): number {
    return this.#commandCount;
  }

  async finish(): Promise<RunEnding> {
    const { signal, output, limits } = this.#options;
    const onAbort = (): void => void this.#cancel();
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    const forget = output.onFailure(() => this.#stop({ exitCode: output.failure?.exitCode ?? 1 }));
    const helloTimer = this.#greet();
    // A host that exits at once takes the plugin along before its pipes close, so that none complains of a broken one.
    const killAtExit = (): void => void signalGroup(this.#child.pid, "SIGKILL");
    process.once("exit", killAtExit);
    try {
      await this.#pump();
      const result = await this.#child.result;
      this.#conversation?.end();
      if (this.#stopped === undefined && this.#conversation === undefined) {
        await this.#commands.idle();
      }
      await this.#commands.close();
      await this.#writer.flush();
      return this.#stopped ?? this.#endingOf(result);
    } finally {
      clearTimeout(helloTimer);
      signal?.removeEventListener("abort", onAbort);
      forget();
      await this.#commands.close();
      await this.#child.stop({ killGraceMs: limits.killGraceMs });
      process.off("exit", killAtExit);
    }
  }

  /** Every chunk is passed on before the next is read, and none is read while too many commands wait. */
  async #pump(): Promise<void> {
    const { limits, secrets } = this.#options;
    const blocks = new LineBlocks(this.#reader, { maxLineBytes: limits.maxLineBytes, secrets });
    let exitedAtMs = Number.POSITIVE_INFINITY;
    void this.#child.result.then(() => (exitedAtMs = monotonicMs()));
    let heldOpen = false;
    for await (const chunk of this.#child.stdoutChunks()) {
      blocks.add(chunk);
      await this.#writer.flush();
      await this.#commands.room();
      heldOpen = monotonicMs() - exitedAtMs > limits.heldOpenMs;
      if (heldOpen) break;
    }
    blocks.finish();
    if (heldOpen || this.#child.stdoutHeldOpen) this.#reader.tell(outlived(this.#options), "warn");
    await this.#writer.flush();
  }

  #talk(conversation: Conversation) {
    const commands = (): CommandRunner => this.#commands;
    const { name } = this.#options.plugin;
    return {
      get isOpen() {
        return conversation.isOpen;
      },
      hello: (line: Readonly<Record<string, unknown>>) => {
        try {
          conversation.open(name, line);
        } catch (error) {
          if (!(error instanceof TerminalError)) throw error;
          this.#stop({ exitCode: exitCodes[error.category], error });
        }
      },
      cancel: (id: string) => commands().cancel(id),
      credit: (replies: number) => conversation.credit(replies),
    };
  }

  #greet(): NodeJS.Timeout | undefined {
    const { limits, runId, hostVersion, plugin } = this.#options;
    const conversation = this.#conversation;
    if (conversation === undefined) return undefined;
    void conversation.greet({
      hostVersion,
      runId,
      commands: limits.commands,
      concurrentCommands: limits.concurrentCommands,
    });
    return setTimeout(() => {
      if (conversation.isOpen) return;
      const error = mismatch(plugin.name, `did not say hello within ${limits.helloMs} ms`);
      this.#stop({ exitCode: exitCodes[error.category], error });
    }, limits.helloMs);
  }

  #ask(id: string | undefined, words: readonly string[]): void {
    const { rules, budget, depth, limits } = this.#options;
    const key = id ?? String(this.#commandCount + 1);
    const refusal = this.#commands.has(key) ? takenId(key) : refusalOf(words, rules);
    if (refusal !== undefined) {
      this.#reader.tell(refusal, "error");
      void this.#conversation?.complete(key, exitCodes[refusal.category], refusal);
      return;
    }
    this.#commandCount += 1;
    if (depth > limits.depth || !budget.take()) {
      const error = tooMany(this.#options);
      this.#stop({ exitCode: exitCodes[error.category], error });
      return;
    }
    const command = { id: key, words };
    this.#commandLines.set(key, new CommandLines(key, this.#writer, limits.maxLineBytes));
    this.#commands.add(command);
  }

  async output({ id }: AskedCommand, chunk: Buffer): Promise<void> {
    const lines = this.#commandLines.get(id);
    if (lines === undefined) return;
    const blocks = lines.add(chunk);
    await this.#passOn(id, blocks);
  }

  async ended({ id }: AskedCommand, exitCode: number): Promise<void> {
    const lines = this.#commandLines.get(id);
    this.#commandLines.delete(id);
    if (lines === undefined) return;
    await this.#passOn(id, lines.finish());
    if (this.#conversation !== undefined) await this.#conversation.complete(id, exitCode);
    else lines.complete(exitCode);
    await this.#writer.flush();
  }

  /** To the plugin where it listens, into the stream where it does not. */
  async #passOn(id: string, blocks: readonly Buffer[]): Promise<void> {
    for (const block of blocks) {
      if (this.#conversation === undefined) this.#commandLines.get(id)?.write(block);
      else await this.#conversation.reply(id, block);
    }
    await this.#writer.flush();
  }

  #stop(ending: RunEnding): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = ending;
    this.#halt();
  }

  #halt(): void {
    this.#reader.close();
    this.#conversation?.end();
    void this.#commands.close();
    void this.#child.stop({ killGraceMs: this.#options.limits.killGraceMs });
  }

  /** A plugin of protocol 2 is told first, and has a moment to end by itself; what it says then is still passed on. */
  async #cancel(): Promise<void> {
    const { signal, plugin, limits } = this.#options;
    if (this.#stopped !== undefined) return;
    const error = new UserError("cancelled", "INTERRUPTED", `${plugin.name} was stopped`);
    this.#stopped = { exitCode: statusOfReason(signal?.reason), error };
    void this.#commands.close();
    if (this.#conversation !== undefined) {
      // One that does not read is not told, and not waited for either.
      void this.#conversation.cancel();
      await settledWithin(this.#child.result, limits.cancelMs);
    }
    this.#halt();
  }

  #endingOf({ ending, exitCode, signal }: ChildResult): RunEnding {
    const { plugin, deadlineMs } = this.#options;
    if (ending === "timed_out") {
      const message = `${plugin.name} was stopped after ${deadlineMs} ms; give it more with --timeout`;
      return { exitCode: 124, error: new UserError("timeout", "PLUGIN_TIMEOUT", message) };
    }
    if (exitCode === 0) return { exitCode };
    if (exitCode !== undefined) {
      return {
        exitCode,
        error: failed("PLUGIN_EXIT", `${plugin.name} ended with status ${exitCode}`),
      };
    }
    const message = `${plugin.name} was ended by ${signal}`;
    return {
      exitCode: statusOfSignal(signal),
      error: failed("PLUGIN_KILLED", message),
      ...(signal === undefined ? {} : { signal }),
    };
  }
}

/** Of an abort, whose reason is the name of a signal where one caused it. */
function statusOfReason(reason: unknown): number {
  if (reason === "SIGTERM") return signalExitCodes.SIGTERM;
  return reason === "SIGHUP" ? signalExitCodes.SIGHUP : signalExitCodes.SIGINT;
}

const failed = (code: string, message: string): TerminalError =>
  new TerminalError("partial", code, message);

function takenId(id: string): UserError {
  return new UserError(
    "validation",
    "COMMAND_NOT_ALLOWED",
    `a command with the id ${JSON.stringify(id)} is still under way; give every one its own`,
  );
}

function tooMany({ plugin, limits }: PluginRunOptions): CodedError {
  return new TerminalError(
    "rate_limited",
    "PLUGIN_COMMAND_LIMIT",
    `${plugin.name} was stopped: a run may ask for ${limits.commands} commands, and plugins may run each other ${limits.depth} deep`,
    { details: { commands: limits.commands, depth: limits.depth } },
  );
}

function outlived({ plugin }: PluginRunOptions): CodedError {
  return new TerminalError(
    "io",
    "STDOUT_HELD_OPEN",
    `${plugin.name} has ended, but something it started kept its output open; what that writes from here on is not read`,
  );
}

async function settledWithin(work: Promise<unknown>, withinMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, withinMs)));
  await Promise.race([work, late]);
  clearTimeout(timer);
}
