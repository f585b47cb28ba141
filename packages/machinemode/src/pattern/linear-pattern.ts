import type { ByteString } from "../byte-text.ts";
import type { CharacterSet, PatternNode } from "./parse-pattern.ts";
import { parsePattern } from "./parse-pattern.ts";

/** A compiled regular expression over byte strings. */
export interface LinearPattern {
  readonly names: readonly string[];
  /** Named captures of the leftmost match, undefined where there is none. A group that took no part is absent. */
  readonly match: (input: ByteString) => Readonly<Record<string, ByteString>> | undefined;
  readonly test: (input: ByteString) => boolean;
}

const maxInstructions = 20_000;

type Instruction =
  | { readonly op: "set"; readonly set: Uint8Array }
  | { readonly op: "split"; first: number; second: number }
  | { readonly op: "jump"; to: number }
  | { readonly op: "save"; readonly slot: number }
  | { readonly op: "start" | "end" | "match" };

/**
 * Compiles a pattern to an automaton that reads its input once: time is at most pattern length times input
 * length whatever the input, so that no tool's output can hang an adapter. Throws a SyntaxError.
 *
 * Ours and not re2js 2.10 (MIT, maintained, linear too): bundled that is 147 KB in the place of 6, which made a start 25 ms
 * longer. It takes 8 µs for a line where this takes 31, so it would win from a thousand lines on, and `ps` has fewer.
 */
export function compilePattern(source: string): LinearPattern {
  const compiler = new Compiler();
  compiler.compile(parsePattern(source));
  compiler.emit({ op: "match" });
  const { program, names } = compiler;
  const run = (input: ByteString): Int32Array | undefined =>
    runProgram(program, names.length, input);
  return {
    names,
    test: (input) => run(input) !== undefined,
    match: (input) => {
      const slots = run(input);
      if (slots === undefined) return undefined;
      const captures: Record<string, ByteString> = {};
      for (const [index, name] of names.entries()) {
        const from = slots[2 * index] ?? -1;
        const to = slots[2 * index + 1] ?? -1;
        if (from !== -1 && to !== -1) captures[name] = input.slice(from, to);
      }
      return captures;
    },
  };
}

class Compiler {
  readonly program: Instruction[] = [];
  readonly names: string[] = [];

  emit(instruction: Instruction): number {
    if (this.program.length >= maxInstructions) throw new SyntaxError("the pattern is too long");
    return this.program.push(instruction) - 1;
  }

  compile(node: PatternNode): void {
    switch (node.kind) {
      case "set":
        this.emit({ op: "set", set: membersOf(node.set) });
        break;
      case "start":
      case "end":
        this.emit({ op: node.kind });
        break;
      case "sequence":
        for (const part of node.parts) this.compile(part);
        break;
      case "either":
        this.#either(node.parts);
        break;
      case "group":
        this.#group(node.name, node.body);
        break;
      case "repeat":
        this.#repeat(node.body, node.min, node.max, node.lazy);
        break;
      default:
    }
  }

  #either(parts: readonly PatternNode[]): void {
    const jumps: { to: number }[] = [];
    for (const [index, part] of parts.entries()) {
      if (index === parts.length - 1) {
        this.compile(part);
        break;
      }
      const split = { op: "split" as const, first: this.program.length + 1, second: 0 };
      this.emit(split);
      this.compile(part);
      const jump = { op: "jump" as const, to: 0 };
      this.emit(jump);
      jumps.push(jump);
      split.second = this.program.length;
    }
    for (const jump of jumps) jump.to = this.program.length;
  }

  #group(name: string | undefined, body: PatternNode): void {
    if (name === undefined) {
      this.compile(body);
      return;
    }
    if (this.names.includes(name)) throw new SyntaxError(`the group ${name} occurs twice`);
    const slot = 2 * (this.names.push(name) - 1);
    this.emit({ op: "save", slot });
    this.compile(body);
    this.emit({ op: "save", slot: slot + 1 });
  }

  #repeat(body: PatternNode, min: number, max: number, lazy: boolean): void {
    if (hasName(body) && (min > 1 || max > 1)) {
      throw new SyntaxError("a named group inside a repeat has no one value");
    }
    for (let count = 0; count < min; count += 1) this.compile(body);
    if (max === Infinity) {
      const split = this.#split(lazy);
      this.compile(body);
      this.emit({ op: "jump", to: split.at });
      split.skipTo(this.program.length);
      return;
    }
    const splits = Array.from({ length: max - min }, () => {
      const split = this.#split(lazy);
      this.compile(body);
      return split;
    });
    for (const split of splits) split.skipTo(this.program.length);
  }

  /** Into the body or past it; a lazy one prefers past. */
  #split(lazy: boolean): { readonly at: number; readonly skipTo: (target: number) => void } {
    const split = { op: "split" as const, first: 0, second: 0 };
    const at = this.emit(split);
    if (lazy) split.second = at + 1;
    else split.first = at + 1;
    return {
      at,
      skipTo: (target) => {
        if (lazy) split.first = target;
        else split.second = target;
      },
    };
  }
}

function hasName(node: PatternNode): boolean {
  switch (node.kind) {
    case "group":
      return node.name !== undefined || hasName(node.body);
    case "repeat":
      return hasName(node.body);
    case "sequence":
    case "either":
      return node.parts.some(hasName);
    default:
      return false;
  }
}

function membersOf({ ranges, negated }: CharacterSet): Uint8Array {
  const members = new Uint8Array(256).fill(negated ? 1 : 0);
  for (const [low, high] of ranges) members.fill(negated ? 0 : 1, low, high + 1);
  return members;
}

interface Thread {
  readonly at: number;
  readonly slots: Int32Array;
}

/** Threads in order of preference, stepped through the input together (Thompson's simulation, with captures). */
function runProgram(
  program: readonly Instruction[],
  groups: number,
  input: ByteString,
): Int32Array | undefined {
  const seenAt = new Int32Array(program.length).fill(-1);
  let threads: Thread[] = [];
  let matched: Int32Array | undefined;
  for (let index = 0; index <= input.length; index += 1) {
    const follow = follower(program, seenAt, input.length, index);
    const current: Thread[] = [];
    for (const thread of threads) follow(thread.at, thread.slots, current);
    if (matched === undefined) follow(0, new Int32Array(2 * groups).fill(-1), current);
    threads = [];
    const code = input.charCodeAt(index);
    for (const { at, slots } of current) {
      const instruction = program[at];
      if (instruction?.op === "match") {
        matched = slots;
        break;
      }
      if (instruction?.op === "set" && instruction.set[code] === 1)
        threads.push({ at: at + 1, slots });
    }
    if (threads.length === 0 && matched !== undefined) break;
  }
  return matched;
}

/** Adds what a thread reaches without reading, each instruction once per place. */
function follower(
  program: readonly Instruction[],
  seenAt: Int32Array,
  length: number,
  index: number,
): (at: number, slots: Int32Array, into: Thread[]) => void {
  return (start, startSlots, into) => {
    const waiting: Thread[] = [{ at: start, slots: startSlots }];
    for (let thread = waiting.pop(); thread !== undefined; thread = waiting.pop()) {
      const { at, slots } = thread;
      if (seenAt[at] === index) continue;
      seenAt[at] = index;
      const instruction = program[at];
      if (instruction === undefined) continue;
      if (instruction.op === "jump") waiting.push({ at: instruction.to, slots });
      else if (instruction.op === "split") {
        waiting.push({ at: instruction.second, slots }, { at: instruction.first, slots });
      } else if (instruction.op === "save") {
        const saved = slots.slice();
        saved[instruction.slot] = index;
        waiting.push({ at: at + 1, slots: saved });
      } else if (instruction.op === "start" || instruction.op === "end") {
        const holds = instruction.op === "start" ? index === 0 : index === length;
        if (holds) waiting.push({ at: at + 1, slots });
      } else {
        into.push({ at, slots });
      }
    }
  };
}
