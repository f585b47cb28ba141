import { createHash } from "node:crypto";
import type { Conversation, DeclaredTool, Reply } from "./conversation.ts";
import { readAssignment } from "./markers.ts";
import type { Assignment } from "./markers.ts";
import { agentModes, plannedPhases } from "./scenario.ts";
import type {
  DelayMs,
  PhaseScript,
  Scenario,
  ScenarioCall,
  ScenarioTask,
  ScenarioTurn,
  ValidationScript,
  WorkScript,
} from "./scenario.ts";
import { fitCall } from "./tool-map.ts";

export type Choice =
  | {
      readonly kind: "reply";
      readonly about: string;
      readonly reply: Reply;
      readonly delayMs: number;
    }
  /** The scenario has no words for this request. */
  | { readonly kind: "unknown"; readonly about: string; readonly message: string };

/** The end of a script: text, and the same as a value where a request forces a tool on us. */
interface Ending {
  readonly text: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface Script {
  readonly calls: readonly ScenarioTurn[];
  readonly delayMs: DelayMs | undefined;
  /** Tool results that count for this script's calls. */
  readonly resultCount: number;
  readonly ending: Ending;
}

const shownResultChars = 600;

function nth<T>(list: readonly T[], attempt: number): T | undefined {
  return list[Math.min(attempt, list.length) - 1];
}

function sameText(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}

function pickDelayMs(delay: DelayMs, key: string): number {
  if (typeof delay === "number") return delay;
  const [least, most] = delay;
  const hash = createHash("sha256").update(key).digest().readUInt32BE(0);
  return least + (hash % (most - least + 1));
}

function workEnding(text: string): Ending {
  return { text, value: { text } };
}

function steered(
  script: Pick<WorkScript, "on_steering" | "calls" | "delay_ms">,
  assignment: Assignment,
): Script | undefined {
  const { steering } = assignment;
  if (steering === undefined) return undefined;
  const text = steering.text.toLowerCase();
  const reaction = script.on_steering?.find(
    ({ contains }) => contains === undefined || text.includes(contains.toLowerCase()),
  );
  if (reaction === undefined) return undefined;
  return {
    calls: reaction.calls,
    delayMs: script.delay_ms,
    resultCount: steering.resultCount,
    ending: workEnding(reaction.text),
  };
}

function plainScript(
  script: Pick<WorkScript, "on_steering" | "calls" | "delay_ms">,
  assignment: Assignment,
  ending: Ending,
): Script {
  return (
    steered(script, assignment) ?? {
      calls: script.calls,
      delayMs: script.delay_ms,
      resultCount: assignment.resultCount,
      ending,
    }
  );
}

function phaseEnding(script: PhaseScript, assignment: Assignment): Ending {
  if (script.artefact !== undefined) {
    return { text: JSON.stringify(script.artefact), value: script.artefact };
  }
  const text = script.text ?? "";
  const alreadySaid = assignment.said.some((said) => sameText(said, text));
  if (script.repaired !== undefined && alreadySaid) {
    return { text: JSON.stringify(script.repaired), value: script.repaired };
  }
  return { text, value: { text } };
}

function verdictOf(
  script: ValidationScript,
  { lastResult }: Assignment,
): { readonly verdict: string; readonly reasons: readonly string[] } {
  const { accept_if_result_matches: condition, reasons } = script;
  if (condition === undefined) return { verdict: script.verdict ?? "rejected", reasons };
  if (lastResult === undefined) {
    return { verdict: "rejected", reasons: ["no check was run, so nothing shows that it works"] };
  }
  if (new RegExp(condition, "m").test(lastResult)) return { verdict: "accepted", reasons };
  const end = lastResult.slice(-shownResultChars);
  return { verdict: "rejected", reasons: [`the check did not pass; it ended with: ${end}`] };
}

function verdictEnding(script: ValidationScript, assignment: Assignment): Ending {
  const value = verdictOf(script, assignment);
  return { text: JSON.stringify(value), value };
}

function entryMatches(entry: ScenarioTask, assignment: Assignment): boolean {
  if (entry.kind !== assignment.kind) return false;
  if (entry.title !== undefined && !sameText(entry.title, assignment.title ?? "")) return false;
  return (entry.mentions ?? []).every((text) => assignment.promptText.includes(text));
}

function taskScript(scenario: Scenario, assignment: Assignment): Script | undefined {
  const entry = scenario.tasks.find((candidate) => entryMatches(candidate, assignment));
  const { attempt, mode } = assignment;
  if (mode === "validation") {
    const script = nth(entry?.validation ?? [], attempt) ?? scenario.default_validation;
    return script && plainScript(script, assignment, verdictEnding(script, assignment));
  }
  const scripts = mode === "exploration" ? entry?.exploration : entry?.implementation;
  const script = nth(scripts ?? [], attempt);
  return script && plainScript(script, assignment, workEnding(script.text));
}

function phaseScript(scenario: Scenario, assignment: Assignment): Script | undefined {
  const phase = plannedPhases.find((name) => name === assignment.phase?.toUpperCase());
  const script = phase && nth(scenario.phases[phase] ?? [], assignment.attempt);
  return script && plainScript(script, assignment, phaseEnding(script, assignment));
}

/** One line that names what a request is about, for the log and for errors. */
function describeAssignment(assignment: Assignment): string {
  const { phase, title, kind, mode, attempt } = assignment;
  if (phase !== undefined) return `phase ${phase} attempt ${attempt}`;
  if (title !== undefined) return `${kind} "${title}" mode ${mode} attempt ${attempt}`;
  return "a request without Aomori-Phase and Aomori-Title lines";
}

function unknownMessage(scenario: Scenario, assignment: Assignment): string {
  const phases = Object.keys(scenario.phases).join(", ") || "none";
  const tasks =
    scenario.tasks
      .map((entry) => {
        const modes = agentModes.filter((mode) => entry[mode] !== undefined).join(", ");
        const name = entry.title ?? `mentioning ${entry.mentions?.join(", ") ?? "anything"}`;
        return `${entry.kind} "${name}" (${modes})`;
      })
      .join("; ") || "none";
  return (
    `scenario "${scenario.name}" has nothing for ${describeAssignment(assignment)}. ` +
    `It has phases: ${phases}. It has tasks: ${tasks}. ` +
    `Add an entry to the scenario, or correct the Aomori- lines of the prompt.`
  );
}

/** Tools that exist to hand over the last answer: the one forced, or the only kind `required` leaves us. */
function handOverTool(conversation: Conversation): string | undefined {
  const { toolChoice, tools } = conversation;
  if (toolChoice.kind === "tool") return toolChoice.name;
  if (toolChoice.kind !== "required") return undefined;
  const json = tools.find((tool) => tool.name === "json");
  return (json ?? tools.at(-1))?.name;
}

function endReply(conversation: Conversation, ending: Ending): Reply {
  const name = handOverTool(conversation);
  return name === undefined
    ? { text: ending.text, calls: [] }
    : { text: "", calls: [{ name, input: ending.value }] };
}

function turnsOf(script: Script, tools: readonly DeclaredTool[]): ScenarioCall[][] {
  return script.calls
    .map((turn) => (Array.isArray(turn) ? turn : [turn]))
    .map((turn) => turn.filter((call) => !call.optional || fitCall(call, tools) !== undefined))
    .filter((turn) => turn.length > 0);
}

function replyOf(script: Script, conversation: Conversation): { reply: Reply; delay?: DelayMs } {
  const { toolChoice } = conversation;
  const tools = toolChoice.kind === "none" ? [] : conversation.tools;
  const turns = toolChoice.kind === "tool" ? [] : turnsOf(script, tools);
  let done = 0;
  for (const turn of turns) {
    if (done < script.resultCount) {
      done += turn.length;
      continue;
    }
    const delay = turn.find((call) => call.delay_ms !== undefined)?.delay_ms;
    const fitted = turn.map((call) => ({ call, fit: fitCall(call, tools) }));
    const missing = fitted.find(({ fit }) => fit === undefined);
    if (missing !== undefined) {
      const names = tools.map((tool) => tool.name).join(", ") || "none";
      const text = `I cannot go on: the next step is ${missing.call.tool} and no tool offered fits it (offered: ${names}).`;
      return { reply: { text, calls: [] } };
    }
    const text = turn.flatMap((call) => call.say ?? []).join("\n");
    const calls = fitted.flatMap(({ fit }) => fit ?? []);
    return { reply: { text, calls }, ...(delay === undefined ? {} : { delay }) };
  }
  return { reply: endReply(conversation, script.ending) };
}

/** The answer to a conversation; the same conversation always gets the same one. */
export function chooseReply(scenario: Scenario, conversation: Conversation): Choice {
  const assignment = readAssignment(conversation.items);
  const about = describeAssignment(assignment);
  const script =
    assignment.phase === undefined
      ? assignment.title === undefined && assignment.kind === "task"
        ? undefined
        : taskScript(scenario, assignment)
      : phaseScript(scenario, assignment);
  if (script === undefined) {
    return { kind: "unknown", about, message: unknownMessage(scenario, assignment) };
  }
  const { reply, delay } = replyOf(script, conversation);
  const key = `${about} ${script.resultCount}`;
  const delayMs = pickDelayMs(delay ?? script.delayMs ?? scenario.delay_ms, key);
  return { kind: "reply", about, reply, delayMs };
}
