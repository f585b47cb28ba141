import type { CommandSpec, PositionalSpec } from "@aomori/command";
import { eventTypes, phases } from "@aomori/contract";
import { command, text, yesNo } from "./local-command.ts";
import { pluginsCommands } from "./plugins-commands.ts";
import { registryCommands } from "./registry-commands.ts";

const specId: PositionalSpec = { name: "id", field: "id", type: "string", required: true };

const specCommands: readonly CommandSpec[] = [
  command("spec logs", "Show what happened in a spec, and go on while it happens", {
    eventType: "event",
    emits: eventTypes,
    result: "events",
    positionals: [specId],
    flags: [
      yesNo("follow", "go on until the spec is over", "f"),
      yesNo("steps", "agents' thoughts and tool calls too"),
      text("types", "types", "event types, joined by commas; a trailing .* takes a noun"),
    ],
    errors: ["SPEC_NOT_FOUND"],
    examples: ["aomori spec logs spec_0a1b2c3d4e --follow --steps"],
  }),
  command("spec wait", "Wait until a spec has reached a phase", {
    eventType: "spec",
    positionals: [specId],
    flags: [
      {
        ...text("until", "phase", "phase to reach"),
        enum: [...phases, "completed"],
        default: "completed",
      },
    ],
    errors: ["SPEC_NOT_FOUND", "SPEC_FAILED", "SPEC_CANCELLED", "SPEC_AWAITS_APPROVAL", "TIMEOUT"],
    examples: ["aomori spec wait spec_0a1b2c3d4e --until TASKS --timeout 10m"],
  }),
  command("dag critical-path", "Show the longest chain of a spec's tasks", {
    eventType: "critical_path",
    positionals: [specId],
    errors: ["SPEC_NOT_FOUND"],
  }),
];

const configCommands: readonly CommandSpec[] = [
  command("config show", "Show the configuration, never a secret", { eventType: "config" }),
  command("config set", "Set one value of the configuration", {
    eventType: "config",
    effects: { readOnly: false, dryRun: true },
    positionals: [
      { name: "key", field: "key", type: "string", required: true },
      { name: "value", field: "value", type: "string", required: true },
    ],
    examples: [
      "aomori config set api-url https://aomori.example.org",
      "aomori config set model anthropic/claude-sonnet-4-5",
      "aomori config set projects.shop.max_parallel_tasks 3",
    ],
    errors: ["CONFIG_KEY_UNKNOWN"],
  }),
  command("config unset", "Remove one value of the configuration", {
    eventType: "config",
    effects: { readOnly: false, dryRun: true },
    positionals: [{ name: "key", field: "key", type: "string", required: true }],
    errors: ["CONFIG_KEY_UNKNOWN"],
  }),
  command("login", "Store a key of a server, of a model provider or of a host of plugins", {
    eventType: "login",
    effects: { readOnly: false },
    flags: [
      yesNo("with-api-key", "read the key from standard input"),
      text(
        "provider",
        "name",
        "the key is that of a model provider: anthropic, openai, openrouter or openai-compatible",
      ),
      text("host", "host", "the key is a token for plugins from this host: github.com"),
      text("api-url", "url", "server the key is for; that of the configuration when absent"),
    ],
    examples: [
      "aomori login --with-api-key < key.txt",
      "aomori login --provider anthropic < key.txt",
    ],
    errors: ["API_URL_MISSING", "API_KEY_INVALID", "HOST_INVALID"],
  }),
  command("logout", "Forget the key of a server or of a host of plugins", {
    eventType: "logout",
    effects: { readOnly: false },
    flags: [
      text("host", "host", "forget the token for plugins from this host"),
      text("api-url", "url", "server to forget; that of the configuration when absent"),
    ],
    errors: ["API_URL_MISSING"],
  }),
];

const serverCommands: readonly CommandSpec[] = [
  command("server start", "Start the local server, in the background unless told otherwise", {
    eventType: "server",
    emits: ["server.log"],
    effects: { readOnly: false },
    flags: [
      {
        name: "port",
        field: "port",
        type: "integer",
        valueName: "n",
        minimum: 0,
        maximum: 65_535,
        description: "port on loopback",
        default: "a free one",
      },
      yesNo("foreground", "stay and log here until told to stop"),
      yesNo("log-to-file", "with --foreground: log to the log file, which is kept small, instead"),
    ],
    errors: ["SERVER_NOT_STARTED", "SERVER_ON_OTHER_DATABASE", "LOCK_HELD", "STORE_NEWER"],
  }),
  command("server stop", "Let the local server finish its requests and stop", {
    eventType: "server",
    effects: { readOnly: false },
    errors: ["SERVER_NOT_STOPPED"],
  }),
  command("server status", "Show whether and where the local server runs", { eventType: "server" }),
  command("server logs", "Show the local server's log", {
    eventType: "log",
    emits: ["log.line"],
    result: "events",
    flags: [
      yesNo("follow", "go on while it is written", "f"),
      {
        name: "lines",
        short: "n",
        field: "lines",
        type: "integer",
        valueName: "n",
        minimum: 0,
        description: "how many of the last lines",
        default: "100",
      },
    ],
  }),
];

const storeCommands: readonly CommandSpec[] = [
  command("store export", "Write the whole store to a file", {
    eventType: "store",
    effects: { readOnly: false },
    positionals: [{ name: "file", field: "file", type: "string", required: true }],
    errors: ["SERVER_RUNNING"],
  }),
  command("store import", "Fill an empty store from an exported file", {
    eventType: "store",
    effects: { readOnly: false },
    positionals: [{ name: "file", field: "file", type: "string", required: true }],
    errors: ["SERVER_RUNNING", "STORE_NOT_EMPTY", "EXPORT_UNREADABLE"],
  }),
  command("store check", "Look for rows in the store that contradict each other", {
    eventType: "store",
    emits: ["aoi:check"],
    result: "events",
    errors: ["SERVER_RUNNING"],
  }),
];

const programCommands: readonly CommandSpec[] = [
  command("demo", "Watch a small change being planned, built by agents and merged", {
    eventType: "demo",
    emits: ["demo.started", ...eventTypes, "demo.completed"],
    result: "events",
    effects: { readOnly: false },
    flags: [
      text(
        "dir",
        "path",
        "where to put the sample repository; a new temporary directory when absent",
      ),
      text("scenario", "file", "scenario the model server answers from"),
      text("repo", "path", "git repository the scenario works on, instead of the sample"),
      text("model", "model", "model to use instead of the model server: a name, or provider/model"),
      text("base-url", "url", "server of that model"),
      yesNo("steps", "agents' thoughts and tool calls too, where lines are printed"),
    ],
    examples: [
      "aomori demo",
      "aomori demo --format jsonl",
      "aomori demo --model anthropic/claude-sonnet-4-5",
    ],
    errors: ["DEMO_NOT_COMPLETE", "SCENARIO_INVALID", "DIRECTORY_NOT_EMPTY"],
  }),
  command("doctor", "Check the installation, the store, git, agents and the server", {
    eventType: "check",
    result: "events",
    emits: ["aoi:check"],
  }),
  command("openapi", "Print the OpenAPI 3.1 document of the API; needs no server", {
    eventType: "openapi",
  }),
  command("uninstall", "Stop everything and remove what Aomori made on this machine", {
    eventType: "uninstall",
    effects: { readOnly: false, destructive: true, dryRun: true },
  }),
];

/** The commands that are more, or something else, than one request to a server. */
export const localCommands: readonly CommandSpec[] = [
  ...specCommands,
  ...configCommands,
  ...serverCommands,
  ...storeCommands,
  ...pluginsCommands,
  ...registryCommands,
  ...programCommands,
];
