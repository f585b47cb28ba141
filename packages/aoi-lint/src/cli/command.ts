import type { CommandSpec } from "@aomori/command";
import { profiles } from "../profile.ts";
import { reportFormats } from "../reports/report.ts";

const flags: CommandSpec["flags"] = [
  {
    name: "profile",
    field: "profile",
    type: "string",
    enum: profiles,
    valueName: "profile",
    default: "core",
    description:
      "which rules: core needs no recipe, strict all the standard says, proposed ours too",
  },
  {
    name: "rule",
    field: "rule",
    type: "string",
    repeatable: true,
    valueName: "id",
    description: "only this rule or family (SUM-003, SIG), whatever the profile",
  },
  {
    name: "skip",
    field: "skip",
    type: "string",
    repeatable: true,
    valueName: "id",
    description: "not this rule or family",
  },
  {
    name: "recipe",
    field: "recipe",
    type: "string",
    valueName: "file",
    description:
      "how to provoke failures, feed input, plant secrets; aoi.lint.json here when there is one",
  },
  {
    name: "allow-writes",
    field: "allow_writes",
    type: "boolean",
    description: "run a command that changes things, many times, in copies of this folder",
  },
  {
    name: "tool-words",
    field: "tool_words",
    type: "integer",
    minimum: 1,
    valueName: "n",
    description: "how many words start the tool; interpreters and their scripts are known",
  },
  {
    name: "pass-env",
    field: "pass_env",
    type: "string",
    repeatable: true,
    valueName: "name",
    description: "hand this variable through to the tool",
  },
  {
    name: "keep-home",
    field: "keep_home",
    type: "boolean",
    description: "run with your own home instead of an empty one",
  },
  {
    name: "deadline",
    field: "deadline_ms",
    type: "duration",
    minimum: 100,
    valueName: "duration",
    default: "20s",
    description: "for one run of the tool",
  },
  {
    name: "report",
    field: "report",
    type: "string",
    enum: reportFormats,
    valueName: "format",
    description: "on stdout in place of the events, or in --report-file",
  },
  {
    name: "report-file",
    field: "report_file",
    type: "string",
    valueName: "file",
    description: "write the report there",
  },
  {
    name: "badge",
    field: "badge",
    type: "string",
    valueName: "file.svg",
    description: "write a badge if the tool passes",
  },
  {
    name: "badge-link",
    field: "badge_link",
    type: "string",
    valueName: "url",
    description: "where the badge leads; the tool's registry entry when absent",
  },
  {
    name: "write-baseline",
    field: "write_baseline",
    type: "string",
    valueName: "file",
    description: "store the tool's schema, for VER-001 to compare with later",
  },
  {
    name: "replay",
    field: "replay",
    type: "string",
    valueName: "file",
    description: "lint a recorded stream and run nothing",
  },
  {
    name: "exit",
    field: "exit",
    type: "integer",
    minimum: 0,
    maximum: 255,
    valueName: "status",
    description: "the exit status that belongs to the recorded stream",
  },
  {
    name: "explain",
    field: "explain",
    type: "string",
    valueName: "id",
    description: "say what a rule wants and why; all for every rule",
  },
];

const texts = { type: "string" };
const count = { type: "integer", minimum: 0 };

/** The one command this program is. */
export const lintSpec: CommandSpec = {
  name: "aoi-lint",
  isProgram: true,
  summary:
    "Prove that a command speaks AOI-CLI: run it under many conditions and judge what it says",
  description:
    "Give the command line as you would run it, with its own flag for machine mode: aoi-lint -- tool list --output jsonl. " +
    "It is run some twenty times with pipes that fill up or close, signals, a terminal, an empty home and no network. " +
    "A rule that could not be looked at is not verified, never passed. Exit 0: no rule failed, 1: some did, 64: wrong use.",
  positionals: [
    {
      name: "command",
      field: "command",
      type: "string",
      repeatable: true,
      verbatim: true,
      description: "the tool and its arguments",
    },
  ],
  flags,
  examples: [
    "aoi-lint -- hello-aoi search machine --output jsonl",
    "aoi-lint --profile strict --report junit --report-file lint.xml -- hello-aoi search machine --output jsonl",
    "aoi-lint --replay stream.jsonl --exit 0",
    "aoi-lint --explain SUM-003",
  ],
  effects: { readOnly: false },
  result: "events",
  eventType: "report",
  emits: ["aoi:check", "aoi:progress", "aoi:warning", "aoi:artifact"],
  errors: [
    "RULES_FAILED",
    "NOTHING_VERIFIED",
    "CONFLICTING_FLAGS",
    "MISSING_COMMAND",
    "COMMAND_NOT_STARTED",
    "UNKNOWN_RULE",
    "RECIPE_NOT_FOUND",
    "INVALID_RECIPE",
    "INVALID_BASELINE",
    "SETUP_FAILED",
    "RECORDING_NOT_FOUND",
    "NO_SCHEMA",
  ],
  output: {
    anyOf: [
      {
        type: "object",
        properties: {
          type: { const: "report" },
          command: texts,
          profile: { enum: profiles },
          conforms: { type: "boolean" },
          passed: count,
          failed: count,
          warned: count,
          not_verified: count,
          linter_version: texts,
          tool: texts,
          tool_version: texts,
          badge_markdown: texts,
        },
        required: [
          "type",
          "command",
          "profile",
          "conforms",
          "passed",
          "failed",
          "warned",
          "not_verified",
        ],
      },
      {
        type: "object",
        properties: {
          type: { const: "rule" },
          id: texts,
          family: texts,
          severity: { enum: ["error", "warn", "info"] },
          certainty: { enum: ["found", "proposed"] },
          profiles: { type: "array", items: { enum: profiles } },
          title: texts,
          explain: texts,
          needs: { type: "array", items: texts },
        },
        required: ["type", "id", "severity", "certainty", "title", "explain"],
      },
    ],
  },
};
