import type { CommandSpec, FlagSpec } from "@aomori/command";
import { command, text } from "./local-command.ts";

const name = { name: "name", field: "name", type: "string" } as const;
const signingErrors = ["SIGNING_KEY_TOO_OPEN", "SIGNING_KEY_INVALID"];

function required(flag: FlagSpec): FlagSpec {
  return { ...flag, required: true };
}

function way(kind: string): FlagSpec {
  return { ...text(kind, "text", `how to get it (${kind})`), repeatable: true };
}

/** The registry of conforming tools: all of it works without a network, but for a pull from an address. */
export const registryCommands: readonly CommandSpec[] = [
  command("registry search", "Find tools that speak AOI-CLI", {
    eventType: "registry_tool",
    result: "list",
    positionals: [{ name: "query", field: "query", type: "string", repeatable: true }],
    columns: ["name", "summary", "get", "profile", "signed_by"],
    examples: ["aomori registry search git log"],
  }),
  command(
    "registry show",
    "Show one tool of the registry: what it can do and what the linter said",
    {
      eventType: "registry_entry",
      positionals: [{ ...name, required: true }],
      errors: ["ENTRY_NOT_FOUND"],
      reveals: ["*"],
      examples: ["aomori registry show aomori"],
    },
  ),
  command("registry verify", "Hold entries against themselves and the installed tools", {
    eventType: "check",
    emits: ["aoi:check"],
    result: "events",
    positionals: [name],
    flags: [
      { name: "all", field: "all", type: "boolean", description: "every entry" },
      {
        name: "entry-only",
        field: "entry_only",
        type: "boolean",
        description: "look at the entry alone and run no tool",
      },
    ],
    errors: ["ENTRY_NOT_FOUND", "REGISTRY_NAME_MISSING"],
    examples: ["aomori registry verify aomori", "aomori registry verify --all --entry-only"],
  }),
  command("registry submit", "Lint a tool and write its signed entry, to propose it", {
    eventType: "registry_submission",
    effects: { readOnly: false, dryRun: true },
    positionals: [
      { name: "command", field: "command", type: "string", required: true, verbatim: true },
    ],
    flags: [
      required(text("name", "name", "name of the entry and its file")),
      required(text("summary", "text", "what the tool does, in one line")),
      text("homepage", "url", "where to read more"),
      required(text("licence", "id", "SPDX identifier of its licence")),
      way("npm"),
      way("debian"),
      way("source"),
      {
        name: "command-only",
        field: "command_only",
        type: "boolean",
        description: "keep of the capabilities the linted command alone",
      },
      { ...text("profile", "profile", "rules to lint by"), default: "strict" },
      {
        ...text("into", "directory", "where the entry is written"),
        default: "the registry of AOMORI_HOME",
      },
    ],
    errors: [
      "TOOL_DOES_NOT_CONFORM",
      "TOOL_NOT_DISCOVERABLE",
      "ENTRY_NAME_INVALID",
      "COMMAND_NOT_DECLARED",
      ...signingErrors,
    ],
    examples: [
      "aomori registry submit --name hello --summary … --homepage … --licence MIT --npm 'npm i -g hello' -- hello --name Ada",
    ],
  }),
  command("registry pull", "Take an entry from a file or an address", {
    eventType: "registry_pull",
    effects: { readOnly: false, dryRun: true },
    positionals: [{ name: "location", field: "location", type: "string", required: true }],
    flags: [text("trust-key", "key-id", "take this key for the name, in place of the one known")],
    errors: ["ENTRY_NOT_FOUND", "ENTRY_MALFORMED", "ENTRY_FORGED", "REGISTRY_KEY_CHANGED"],
    examples: ["aomori registry pull https://tools.example.org/aoi/hello.json"],
  }),
  command("registry schema", "Print the JSON Schema of an entry", {
    eventType: "registry_schema",
    reveals: ["*"],
  }),
];
