import * as z from "zod";

/** Phases a model is asked for; SYNC is computed by the engine, COMPLETE is reached. */
export const plannedPhases = ["EXPLORE", "PRD", "REQUIREMENTS", "DESIGN", "TASKS"] as const;
export const agentModes = ["implementation", "validation", "exploration"] as const;
const taskKinds = ["task", "resolution", "repair"] as const;
const scenarioTools = [
  "list_files",
  "read_file",
  "search",
  "write_file",
  "edit_file",
  "run_command",
  "report_discovery",
] as const;

/** Milliseconds before a reply; `[least, most]` picks one by a hash of the conversation, the same every time. */
const Delay = z.union([
  z.number().int().min(0).max(600_000),
  z.tuple([z.number().int().min(0), z.number().int().max(600_000)]).refine(([a, b]) => a <= b, {
    error: "the first number must not exceed the second",
  }),
]);

/** Texts of files may be written as a list of lines, so that a scenario can be read. */
const linedInputs: readonly string[] = ["content", "old_text", "new_text"];

const CallInput = z.record(z.string(), z.unknown()).transform((input) => {
  const joined = Object.entries(input).map(([name, value]): [string, unknown] => {
    const lined = linedInputs.includes(name) && Array.isArray(value);
    return [name, lined ? value.join("\n") : value];
  });
  return Object.fromEntries(joined);
});

const Call = z.strictObject({
  tool: z.enum(scenarioTools),
  input: CallInput,
  /** What the model says before the call. */
  say: z.string().min(1).optional(),
  delay_ms: Delay.optional(),
  /** Left out when the request declares no tool that fits; otherwise the script stops there and says so. */
  optional: z.boolean().optional(),
});

/** One turn of the model: a call, or several in parallel. */
const Turn = z.union([Call, z.array(Call).min(1)]);

const SteeringReaction = z.strictObject({
  /** Only for steering whose text contains this (case ignored); without it, any. */
  contains: z.string().min(1).optional(),
  calls: z.array(Turn).default([]),
  text: z.string().min(1),
});

function isPattern(source: string): boolean {
  try {
    return new RegExp(source, "m").source.length > 0;
  } catch {
    return false;
  }
}

const script = {
  calls: z.array(Turn).default([]),
  delay_ms: Delay.optional(),
  on_steering: z.array(SteeringReaction).optional(),
};

const WorkScript = z.strictObject({ ...script, text: z.string().min(1) });

const Pattern = z.string().refine(isPattern, { error: "not a regular expression" });

/** Either a fixed verdict, or one that follows from the last tool result. */
const ValidationScript = z
  .strictObject({
    ...script,
    verdict: z.enum(["accepted", "rejected"]).optional(),
    /** Accept when the last tool result matches; otherwise reject, quoting its end. */
    accept_if_result_matches: Pattern.optional(),
    /** Why, when the verdict is the one given or the result matched. */
    reasons: z.array(z.string().min(1)).min(1),
  })
  .refine(
    (value) => (value.verdict === undefined) !== (value.accept_if_result_matches === undefined),
    {
      error: "give exactly one of verdict and accept_if_result_matches",
    },
  );

const PhaseScript = z
  .strictObject({
    ...script,
    /** The artefact in full; sent as JSON text. */
    artefact: z.record(z.string(), z.unknown()).optional(),
    /** Raw text in place of the artefact, for malformed output on purpose. */
    text: z.string().optional(),
    /** Answered instead when the conversation already holds this script's malformed text. */
    repaired: z.record(z.string(), z.unknown()).optional(),
  })
  .refine((value) => (value.artefact === undefined) !== (value.text === undefined), {
    error: "give exactly one of artefact and text",
  });

const TaskEntry = z
  .strictObject({
    kind: z.enum(taskKinds).default("task"),
    /** Equals the request's `Aomori-Title` line, case and outer space ignored. */
    title: z.string().min(1).optional(),
    /** All of these occur in the request's system or user text. */
    mentions: z.array(z.string().min(1)).min(1).optional(),
    implementation: z.array(WorkScript).min(1).optional(),
    validation: z.array(ValidationScript).min(1).optional(),
    exploration: z.array(WorkScript).min(1).optional(),
  })
  .refine((value) => value.kind !== "task" || value.title !== undefined, {
    error: "a task is matched by its title; give one",
    path: ["title"],
  });

const Match = z.strictObject({
  phase: z.enum(plannedPhases).optional(),
  title: z.string().min(1).optional(),
  kind: z.enum(taskKinds).optional(),
  mode: z.enum(agentModes).optional(),
  attempt: z.number().int().min(1).optional(),
  /** Tool results already in the conversation. */
  results: z.number().int().min(0).optional(),
});

const FaultKind = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("rate_limit"), retry_after_s: z.number().min(0).default(1) }),
  z.strictObject({ kind: z.literal("overloaded") }),
  z.strictObject({
    kind: z.literal("status"),
    status: z.number().int().min(400).max(599),
    message: z.string().min(1).optional(),
  }),
  /** Closes the socket after this many events of a stream, or in the middle of a body; 0: before the headers. */
  z.strictObject({ kind: z.literal("drop"), after_events: z.number().int().min(0).default(3) }),
  /** Status 200 and a body, or one stream line, that is not JSON. */
  z.strictObject({ kind: z.literal("malformed") }),
  /** Never answers. */
  z.strictObject({ kind: z.literal("hang") }),
]);

const Fault = z.strictObject({
  match: Match.default({}),
  times: z.union([z.number().int().min(1), z.literal("always")]).default(1),
  fault: FaultKind,
});

const Phases = z.strictObject({
  EXPLORE: z.array(PhaseScript).min(1).optional(),
  PRD: z.array(PhaseScript).min(1).optional(),
  REQUIREMENTS: z.array(PhaseScript).min(1).optional(),
  DESIGN: z.array(PhaseScript).min(1).optional(),
  TASKS: z.array(PhaseScript).min(1).optional(),
});

/** What one person would type: the spec to create and the steering to send while it runs. */
const Steering = z.strictObject({
  task_title: z.string().min(1),
  action: z.enum(["refocus", "redirect"]).default("refocus"),
  instruction: z.string().min(1),
});

export const Scenario = z.strictObject({
  name: z.string().min(1),
  description: z.string().optional(),
  spec: z.strictObject({ title: z.string().min(1), description: z.string().min(1) }).optional(),
  steering: z.array(Steering).default([]),
  /** Keys that are let in; without it, any that is not empty. */
  keys: z.array(z.string().min(1)).min(1).optional(),
  /** Model names that exist; without it, any. */
  models: z.array(z.string().min(1)).min(1).optional(),
  delay_ms: Delay.default(0),
  phases: Phases.default({}),
  tasks: z.array(TaskEntry).default([]),
  default_validation: ValidationScript.optional(),
  faults: z.array(Fault).default([]),
});

export type Scenario = z.infer<typeof Scenario>;
/** A scenario as its file writes it, defaults left out. */
export type ScenarioInput = z.input<typeof Scenario>;
export type ScenarioCall = z.infer<typeof Call>;
export type ScenarioTurn = z.infer<typeof Turn>;
export type ScenarioTool = (typeof scenarioTools)[number];
export type ScenarioTask = z.infer<typeof TaskEntry>;
export type ScenarioFault = z.infer<typeof Fault>;
export type FaultKind = z.infer<typeof FaultKind>;
export type PhaseScript = z.infer<typeof PhaseScript>;
export type WorkScript = z.infer<typeof WorkScript>;
export type ValidationScript = z.infer<typeof ValidationScript>;
export type DelayMs = z.infer<typeof Delay>;
