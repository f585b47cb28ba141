import type { SteeringRequest } from "../driver.ts";
import { carriesInstruction, steeringText } from "../steps/steering-text.ts";

type Answer = "delivered" | "undeliverable";

interface Waiting {
  readonly steering: SteeringRequest;
  readonly text: string;
  readonly answer: (answer: Answer) => void;
}

/** What steering needs of the agent. */
export interface TurnControl {
  /** Starts a turn. */
  prompt(text: string): void;
  /** Adds to the running turn. */
  midTurn(text: string): void;
  interrupt(): void;
  onDelivered(steering: SteeringRequest): void;
}

const goOn = "Go on with your task.";

/**
 * Steers an agent that works in turns and can be interrupted. An instruction is delivered when the agent says that its
 * conversation holds it, a pause when the turn has ended.
 */
export class TurnSteering {
  readonly #control: TurnControl;
  readonly #answers = new Map<string, Promise<Answer>>();
  /** `starting`: a prompt is on its way. An agent may lose what reaches it before its turn runs, so that all waits. */
  #state: "starting" | "working" | "interrupting" | "held" | "over" = "starting";
  #holdAtNextStep = false;
  /** Not yet told to the agent. */
  #unsent: Waiting[] = [];
  /** Told, and not yet seen in its conversation. */
  #unheard: Waiting[] = [];

  constructor(control: TurnControl) {
    this.#control = control;
  }

  submit(steering: SteeringRequest): Promise<Answer> {
    const known = this.#answers.get(steering.id);
    if (known !== undefined) return known;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#answers.set(steering.id, promise);
    const waiting = { steering, text: steeringText(steering), answer: resolve };
    if (this.#state === "over") resolve("undeliverable");
    else if (steering.action === "resume") this.#resume(waiting);
    else if (carriesInstruction(steering)) this.#instruct(waiting);
    else this.#hold(waiting);
    return promise;
  }

  /** The agent's conversation holds this text. */
  heard(text: string): void {
    if (this.#state === "starting") this.#started();
    const index = this.#unheard.findIndex((waiting) => waiting.text === text);
    const waiting = index === -1 ? undefined : this.#unheard.splice(index, 1)[0];
    if (waiting !== undefined) this.#deliver(waiting);
  }

  /** A tool has finished. */
  stepEnded(): void {
    if (this.#holdAtNextStep && this.#state === "working") this.#interrupt();
  }

  /** What is next when a turn has ended: the agent works on or is held, or its run is over. */
  turnEnded(): "goes-on" | "over" {
    if (this.#state === "held") return "goes-on";
    const wasInterrupted = this.#state === "interrupting";
    this.#holdAtNextStep = false;
    const pauses = this.#unsent.filter(({ steering }) => steering.action === "pause");
    if (pauses.length > 0) {
      this.#unsent = this.#unsent.filter(({ steering }) => steering.action !== "pause");
      this.#state = "held";
      for (const pause of pauses) this.#deliver(pause);
      return "goes-on";
    }
    if (this.#tellUnsent()) return "goes-on";
    if (wasInterrupted) {
      this.#prompt(goOn);
      return "goes-on";
    }
    // What was told too late for this turn starts the next one.
    return this.#unheard.length > 0 ? "goes-on" : "over";
  }

  /** Acknowledges what asked for a stop; the rest, and whatever comes later, is undeliverable. */
  close(): void {
    this.#state = "over";
    for (const waiting of [...this.#unheard, ...this.#unsent]) {
      if (waiting.steering.action === "stop") this.#deliver(waiting);
      else waiting.answer("undeliverable");
    }
    this.#unheard = [];
    this.#unsent = [];
  }

  #instruct(waiting: Waiting): void {
    const { deliver } = waiting.steering;
    if (this.#state === "working" && deliver === "next-step") {
      this.#unheard.push(waiting);
      this.#control.midTurn(waiting.text);
      return;
    }
    this.#unsent.push(waiting);
    if (this.#state === "working" && deliver === "now") this.#interrupt();
  }

  #hold(waiting: Waiting): void {
    const { action, deliver } = waiting.steering;
    if (action === "pause" && this.#state === "held") {
      this.#deliver(waiting);
      return;
    }
    this.#unsent.push(waiting);
    if (action !== "pause" || this.#state !== "working") return;
    if (deliver === "now") this.#interrupt();
    else if (deliver === "next-step") this.#holdAtNextStep = true;
  }

  #resume(waiting: Waiting): void {
    if (this.#state === "held") {
      if (!this.#tellUnsent()) this.#prompt(goOn);
    } else {
      this.#holdAtNextStep = false;
      const pauses = this.#unsent.filter(({ steering }) => steering.action === "pause");
      this.#unsent = this.#unsent.filter(({ steering }) => steering.action !== "pause");
      for (const pause of pauses) pause.answer("undeliverable");
    }
    this.#deliver(waiting);
  }

  /** Starts a turn with the oldest that is due, or else with the oldest that waits for the end. */
  #tellUnsent(): boolean {
    const instructions = this.#unsent.filter(({ steering }) => carriesInstruction(steering));
    const first =
      instructions.find(({ steering }) => steering.deliver !== "after") ?? instructions[0];
    if (first === undefined) return false;
    this.#unsent = this.#unsent.filter((waiting) => waiting !== first);
    this.#unheard.push(first);
    this.#prompt(first.text);
    return true;
  }

  #prompt(text: string): void {
    this.#state = "starting";
    this.#control.prompt(text);
  }

  /** The turn runs: what came while it was starting is due. */
  #started(): void {
    this.#state = "working";
    const came = this.#unsent.filter(({ steering }) => steering.deliver !== "after");
    this.#unsent = this.#unsent.filter((waiting) => !came.includes(waiting));
    for (const waiting of came) {
      if (carriesInstruction(waiting.steering)) this.#instruct(waiting);
      else this.#hold(waiting);
    }
  }

  #interrupt(): void {
    this.#state = "interrupting";
    this.#holdAtNextStep = false;
    this.#control.interrupt();
  }

  #deliver(waiting: Waiting): void {
    waiting.answer("delivered");
    this.#control.onDelivered(waiting.steering);
  }
}
