import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { isCodedError } from "@aomori/protocol";
import { ProcessGuard, spawnChild, type Child, type ChildResult } from "@aomori/system";

import type { AgentRun, AgentRunRequest, SteeringRequest, Usage } from "../driver.ts";
import type { AgentError, AgentOutcome } from "@aomori/contract";
import { addUsage, noUsage } from "../model/usage.ts";
import { steeringStep } from "../steps/step-drafts.ts";
import { StepQueue } from "../steps/step-queue.ts";
import { summaryLine } from "../steps/step-text.ts";
import type { AgentSignal, Dialect, TurnEnding } from "./dialect.ts";
import { TurnSteering } from "./turn-steering.ts";

const maxLineBytes = 16 * 1024 * 1024;
/** The caller's deadline ends a run; this is the longest a timer can be set for. */
const deadlineMs = 2 ** 31 - 1;
const killGraceMs = 1500;
/** Time to leave by itself once its work is done. */
const leaveMs = 2000;

type Ending = Exclude<AgentOutcome, { kind: "stopped" }>;

/** One run of an agent that is a program of its own, spoken to by JSON lines. */
export class ExternalRun implements AgentRun {
  readonly steps: StepQueue = new StepQueue();
  readonly result: Promise<AgentOutcome>;
  readonly #request: AgentRunRequest;
  readonly #dialect: Dialect;
  readonly #stop = new AbortController();
  readonly #stopSignal: AbortSignal;
  readonly #steering: TurnSteering;
  #child: Child | undefined;
  /** Messages for an agent that is still being started, oldest first. */
  readonly #early: object[] = [];
  #usage: Usage = noUsage;
  #modelCalls = 0;
  #hasWorkToLose = false;
  #ending: Ending | undefined;
  #leaveTimer: NodeJS.Timeout | undefined;

  constructor(request: AgentRunRequest, dialect: Dialect) {
    this.#request = request;
    this.#dialect = dialect;
    this.#stopSignal = AbortSignal.any([this.#stop.signal, request.signal]);
    this.#stopSignal.addEventListener("abort", () => this.steps.release(), { once: true });
    this.#steering = new TurnSteering({
      prompt: (text) => this.#send(dialect.prompt(text)),
      midTurn: (text) => this.#send(dialect.midTurn(text)),
      interrupt: () => this.#send(dialect.interrupt()),
      onDelivered: (steering) => void this.steps.push(steeringStep(steering, Date.now())),
    });
    this.result = this.#run();
  }

  async steer(steering: SteeringRequest): Promise<"delivered" | "undeliverable"> {
    const answer = this.#steering.submit(steering);
    if (steering.action === "stop") this.#stop.abort();
    return answer;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.result;
  }

  async #run(): Promise<AgentOutcome> {
    let outcome: AgentOutcome;
    try {
      outcome = await this.#live();
    } catch (error) {
      outcome = { kind: "failed", error: startError(error), usage: this.#usage };
    }
    if (this.#stopSignal.aborted && this.#ending === undefined) {
      outcome = { kind: "stopped", usage: this.#usage };
    }
    this.#steering.close();
    this.steps.close();
    return outcome;
  }

  async #live(): Promise<AgentOutcome> {
    const directory = await mkdtemp(join(tmpdir(), "aomori-agent-"));
    try {
      const command = await this.#dialect.prepare(this.#request, directory);
      await using guard = await ProcessGuard.open({
        name: "AOMORI_AGENT_ID",
        value: this.#request.agentId,
      });
      await using child = await spawnChild(command.argv, {
        cwd: this.#request.worktree,
        env: { ...this.#request.env, ...command.env, ...guard.env },
        deadlineMs,
        killGraceMs,
        signal: this.#stopSignal,
        stdin: "open",
        stdout: "stream",
        maxOutputBytes: 16 * 1024,
        keepOutput: "tail",
      });
      this.#child = child;
      for (const message of [
        this.#dialect.prompt(this.#request.prompt),
        ...this.#early.splice(0),
      ]) {
        this.#send(message);
      }
      await this.#listen(child);
      const result = await child.result;
      clearTimeout(this.#leaveTimer);
      return this.#ending ?? { kind: "failed", error: this.#exitError(result), usage: this.#usage };
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  async #listen(child: Child): Promise<void> {
    for await (const { text } of child.stdoutLines({ maxLineBytes })) {
      if (this.#ending !== undefined) continue;
      for (const signal of this.#dialect.read(parseLine(text))) await this.#handle(signal);
    }
  }

  async #handle(signal: AgentSignal): Promise<void> {
    switch (signal.kind) {
      case "step":
        await this.steps.push(signal.step);
        break;
      case "usage":
        this.#usage = addUsage(this.#usage, signal.usage);
        break;
      case "model-call":
        this.#countModelCall();
        break;
      case "tool-finished":
        this.#hasWorkToLose = true;
        this.#steering.stepEnded();
        break;
      case "heard":
        this.#steering.heard(signal.text);
        break;
      case "trouble":
        this.#considerTrouble(signal.error);
        break;
      case "turn-ended":
        this.#endTurn(signal.ending);
        break;
      case "send":
        this.#send(signal.message);
        break;
    }
  }

  #countModelCall(): void {
    this.#modelCalls += 1;
    const { maxSteps } = this.#request.limits;
    if (this.#modelCalls <= maxSteps) return;
    this.#end({
      class: "agent_error",
      code: "STEP_LIMIT",
      message: `the agent did not finish within ${maxSteps} model calls; make its task smaller or raise the limit`,
    });
  }

  /** An agent that has done nothing yet is ended, so that whoever schedules it can back off; others try again by themselves. */
  #considerTrouble(error: AgentError): void {
    const mayPass = error.class === "rate_limited" || error.class === "temporary";
    if (!mayPass || !this.#hasWorkToLose) this.#end(error);
  }

  #endTurn(ending: TurnEnding): void {
    if (ending.kind === "failed") {
      this.#end(ending.error);
      return;
    }
    if (this.#steering.turnEnded() === "goes-on") return;
    const text = ending.kind === "finished" ? ending.text : "";
    this.#leave({ kind: "completed", finalText: text, usage: this.#usage });
  }

  #end(error: AgentError): void {
    this.#leave({ kind: "failed", error, usage: this.#usage });
  }

  #leave(ending: Ending): void {
    if (this.#ending !== undefined || this.#stopSignal.aborted) return;
    this.#ending = ending;
    this.#steering.close();
    const child = this.#child;
    child?.endStdin();
    const grace = ending.kind === "completed" ? leaveMs : 0;
    this.#leaveTimer = setTimeout(() => void child?.stop(), grace);
  }

  /** A message to a program that has gone is lost; its exit says so. */
  #send(message: object): void {
    if (this.#child === undefined) this.#early.push(message);
    else void this.#child.writeStdin(`${JSON.stringify(message)}\n`);
  }

  #exitError(result: ChildResult): AgentError {
    const { agent } = this.#dialect;
    const said = summaryLine(result.stderr.trim().split("\n").slice(-3).join(" "));
    const how =
      result.signal === undefined
        ? `exited with ${result.exitCode ?? "an unknown code"}`
        : `was ended by ${result.signal}`;
    return {
      class: result.signal === undefined ? "agent_error" : "temporary",
      code: "AGENT_EXITED",
      message: `${agent} ${how} before its work was done${said === "" ? "" : `: ${said}`}`,
    };
  }
}

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Not every agent keeps its standard output clean; a line that is no JSON says nothing to us.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function startError(error: unknown): AgentError {
  if (!isCodedError(error)) {
    const message = error instanceof Error ? error.message : String(error);
    return { class: "internal", code: "INTERNAL", message: summaryLine(message) };
  }
  const isAuth = error.category === "authn" || error.category === "config";
  return {
    class: isAuth ? "auth" : error.retryable ? "temporary" : "agent_error",
    code: error.code,
    message: error.message,
  };
}
