import type { CommandSpec, FlagSpec, PositionalSpec } from "@aomori/command";
import { command, text, yesNo } from "./local-command.ts";

/** Not one that is offered: there is no such plugin yet, or none that runs. */
const freeName: PositionalSpec = { name: "name", field: "name", type: "string", required: true };
const name: PositionalSpec = { ...freeName, isExternal: true };
const names: PositionalSpec = { ...name, required: false, repeatable: true };
const directory: PositionalSpec = { name: "directory", field: "directory", type: "string" };

const trust: readonly FlagSpec[] = [
  yesNo("allow-untrusted", "install it although the policy does not allow it"),
  {
    ...text("min-trust", "level", "refuse what is known less well"),
    enum: ["none", "checksum", "signed", "attested"],
  },
  text(
    "accept-signer",
    "signer",
    "take this signer from now on: a minisign key id, or a sigstore subject",
  ),
];

const lockfile = text(
  "lockfile",
  "file",
  "lockfile; aomori-plugins.lock of the working directory when absent",
);

const fetchErrors = [
  "MANIFEST_BAD_STATUS",
  "MANIFEST_PARSE",
  "MANIFEST_INVALID",
  "PLUGIN_NOT_WHITELISTED",
  "UNSUPPORTED_PLATFORM",
  "BINARY_BAD_STATUS",
  "VIEWER_ZIP_BAD_STATUS",
  "PLUGIN_DIR_CREATE",
  "BINARY_WRITE",
  "CHMOD",
  "VIEWER_ZIP_EXTRACT",
  "MANIFEST_PERSIST",
  "RELEASE_NOT_READY",
  "CHECKSUM_MISMATCH",
  "SIGNER_CHANGED",
  "TRUST_TOO_LOW",
  "PLUGIN_BUSY",
];

const effects = { readOnly: false, dryRun: true } as const;

const installing: readonly CommandSpec[] = [
  command("plugins install", "Install a plugin from a GitHub repository", {
    eventType: "plugin_installation",
    emits: ["aoi:warning", "aoi:progress"],
    effects,
    positionals: [{ name: "source", field: "source", type: "string" }],
    flags: [
      text("owner", "owner", "account or organisation of the repository"),
      text(
        "repository",
        "name",
        "repository; what the plugin is called here, unless --as says otherwise",
      ),
      text("commit-sha", "sha", "commit to install; the newest of the default branch when absent"),
      text("path", "directory", "use a directory of yours where it lies, for development"),
      text("as", "name", "what the plugin is called here"),
      yesNo("upgrade", "replace what is installed; also installs what is not"),
      yesNo("frozen", "take only what the lockfile names, byte for byte"),
      lockfile,
      ...trust,
    ],
    errors: [
      "RESERVED_REPOSITORY_NAME",
      "ALREADY_INSTALLED",
      "NAME_TAKEN",
      "LOCKFILE_MISSING_ENTRY",
      ...fetchErrors,
    ],
    examples: [
      "aomori plugins install --owner acme --repository hello",
      "aomori plugins install acme/hello@v1.2.0 --min-trust signed",
      "aomori plugins install --path ./hello",
    ],
  }),
  command("plugins upgrade", "Bring plugins to their newest versions", {
    eventType: "plugin_installation",
    emits: ["plugin_installation", "aoi:plan"],
    result: "events",
    effects,
    positionals: [names],
    flags: [yesNo("all", "every plugin that is neither pinned nor linked"), ...trust],
    errors: ["PLUGIN_NOT_FOUND", "PLUGIN_PINNED", ...fetchErrors],
    examples: ["aomori plugins upgrade hello", "aomori plugins upgrade --all --dry-run"],
  }),
  command("plugins rollback", "Go back to the version that was installed before", {
    eventType: "plugin_installation",
    effects,
    positionals: [name],
    errors: ["PLUGIN_NOT_FOUND", "NO_PREVIOUS_VERSION", "PLUGIN_BUSY"],
  }),
  command("plugins uninstall", "Remove a plugin", {
    eventType: "plugin_removal",
    effects: { ...effects, destructive: true },
    positionals: [name],
    flags: [yesNo("purge-data", "remove what the plugin itself stored, too")],
    errors: ["PLUGIN_NOT_FOUND", "PLUGIN_BUSY"],
  }),
  command("plugins pin", "Keep a plugin at the version it has", {
    eventType: "plugin",
    effects,
    positionals: [name],
    flags: [yesNo("remove", "let it be upgraded again")],
    errors: ["PLUGIN_NOT_FOUND"],
  }),
  command("plugins enable", "Let a plugin run again", {
    eventType: "plugin",
    effects,
    positionals: [freeName],
    errors: ["PLUGIN_NOT_FOUND"],
  }),
  command("plugins disable", "Keep a plugin installed and do not run it", {
    eventType: "plugin",
    effects,
    positionals: [name],
    errors: ["PLUGIN_NOT_FOUND"],
  }),
];

const looking: readonly CommandSpec[] = [
  command("plugins list", "List the installed plugins, newest first", {
    eventType: "plugin",
    result: "page",
    flags: [
      {
        name: "offset",
        field: "offset",
        type: "integer",
        valueName: "n",
        minimum: 0,
        description: "how many to leave out",
        default: "0",
      },
      yesNo("all", "all of them, and not only the first 100"),
      yesNo("viewers", "only names, of those with a viewer"),
    ],
    columns: ["name", "version", "status", "owner", "trust", "installed_at", "reason"],
    errors: ["INVALID_CURSOR"],
    examples: ["aomori plugins list", "aomori plugins list --viewers --offset 0 --limit 100"],
  }),
  command("plugins get", "Print the stored record of a plugin, or null", {
    eventType: "plugin_record",
    positionals: [name],
    errors: ["PLUGIN_BROKEN"],
    reveals: ["*"],
  }),
  command("plugins info", "Show a plugin: what runs, where it is from, what it may do", {
    eventType: "plugin_record",
    positionals: [name],
    errors: ["PLUGIN_NOT_FOUND", "PLUGIN_BROKEN"],
    reveals: ["*"],
  }),
  command("plugins outdated", "List the plugins that have a newer version", {
    eventType: "plugin_update",
    emits: ["aoi:warning", "aoi:progress"],
    result: "list",
    positionals: [names],
    columns: ["name", "version", "newest", "pinned", "reason"],
    errors: ["PLUGIN_NOT_FOUND"],
  }),
  command("plugins verify", "Hold installed files against what was installed", {
    eventType: "check",
    emits: ["aoi:check"],
    result: "events",
    positionals: [names],
    errors: ["PLUGIN_NOT_FOUND"],
  }),
  command("plugins doctor", "Look for what is wrong with plugins here, and say what to do", {
    eventType: "check",
    emits: ["aoi:check"],
    result: "events",
  }),
  command("plugins search", "Find plugins in an index file", {
    eventType: "plugin_listing",
    result: "list",
    positionals: [{ name: "query", field: "query", type: "string", repeatable: true }],
    flags: [text("index", "file", "index file; that of the configuration when absent")],
    columns: ["name", "summary", "owner", "repository", "latest_version"],
    errors: ["PLUGIN_INDEX_MISSING", "INDEX_NOT_FOUND", "INDEX_INVALID"],
  }),
  command("plugins schema", "Print the JSON Schema of aomori.plugin.json", {
    eventType: "plugin_schema",
    reveals: ["*"],
  }),
];

const authoring: readonly CommandSpec[] = [
  command("plugins lock", "Write the lockfile of the installed plugins, or check it", {
    eventType: "plugin_lock",
    emits: ["aoi:warning", "aoi:progress"],
    effects,
    flags: [yesNo("check", "only say whether it holds"), lockfile],
    errors: ["LOCKFILE_STALE", "LOCKFILE_INVALID", "LOCKFILE_NOT_FOUND"],
  }),
  command("plugins new", "Make a small plugin to begin with", {
    eventType: "plugin_project",
    effects,
    positionals: [freeName],
    flags: [
      {
        ...text("kind", "kind", "what it is written in"),
        enum: ["node", "python", "sh", "c", "rust"],
        default: "node",
      },
      text("dir", "directory", "where; a new directory of the plugin's name when absent"),
    ],
    errors: ["DIRECTORY_NOT_EMPTY", "PLUGIN_NAME_INVALID"],
    examples: ["aomori plugins new hello --kind python"],
  }),
  command("plugins pack", "Build a plugin's release assets and their hashes", {
    eventType: "plugin_package",
    effects,
    positionals: [directory],
    errors: ["MANIFEST_PARSE", "MANIFEST_INVALID", "ASSET_MISSING"],
  }),
  command("plugins publish-check", "Say whether a plugin can be released as it is", {
    eventType: "check",
    emits: ["aoi:check"],
    result: "events",
    positionals: [directory],
    flags: [text("tag", "tag", "tag of the release to be, to hold the version against")],
  }),
];

const row: readonly FlagSpec[] = [
  text("owner", "pattern", "regular expression for the whole owner"),
  text("repository", "pattern", "regular expression for the whole repository"),
  text("commit-sha", "pattern", "regular expression for the ref that was asked for, or its commit"),
  text("version", "pattern", "regular expression for the whole version"),
].map((flag) => ({ ...flag, default: ".*" }));

const place: FlagSpec = {
  ...text("place", "place", "whose policy: yours, or that of the working directory's project"),
  enum: ["user", "project"],
  default: "user",
};

const policy: readonly CommandSpec[] = [
  command("plugins policy list", "List the rows that say what may be installed", {
    eventType: "policy_row",
    result: "list",
    columns: ["id", "effect", "owner", "repository", "commit_sha", "version", "reason"],
    errors: ["POLICY_INVALID"],
  }),
  command("plugins policy add", "Add a row to the policy", {
    eventType: "policy_row",
    effects,
    flags: [
      yesNo("deny", "refuse what matches, whatever allows it"),
      ...row,
      text("reason", "text", "why"),
      place,
    ],
    errors: ["POLICY_INVALID"],
    examples: [
      "aomori plugins policy add --owner acme",
      "aomori plugins policy add --deny --version '0\\..*'",
    ],
  }),
  command("plugins policy remove", "Remove a row from the policy", {
    eventType: "policy_row",
    effects,
    positionals: [{ name: "id", field: "id", type: "string", required: true }],
    errors: ["POLICY_ROW_NOT_FOUND", "POLICY_INVALID"],
  }),
  command("plugins policy test", "Say whether a plugin may be installed, and which row decides", {
    eventType: "policy_decision",
    positionals: [{ name: "source", field: "source", type: "string", required: true }],
    flags: [text("version", "version", "version of the plugin; any when absent")],
    errors: ["POLICY_INVALID"],
    examples: ["aomori plugins policy test acme/hello@v1.2.0"],
  }),
];

const running: readonly CommandSpec[] = [
  command("plugins run", "Run a plugin; its arguments stand as they are", {
    eventType: "notification",
    emits: ["begin", "notification", "error", "end"],
    result: "events",
    effects: { readOnly: false },
    positionals: [name, { name: "arguments", field: "arguments", type: "string", verbatim: true }],
    flags: [
      {
        ...text("sandbox", "when", "confine it: when it can be done, never, or else refuse to run"),
        enum: ["auto", "none", "require"],
        default: "none",
      },
    ],
    errors: ["PLUGIN_NOT_FOUND", "PLUGIN_DISABLED", "PLUGIN_BROKEN", "SANDBOX_UNAVAILABLE"],
    examples: ["aomori plugins run hello world", "aomori hello world"],
  }),
  command("plugins runs list", "List the recorded runs of plugins, newest first", {
    eventType: "plugin_run",
    result: "page",
    flags: [text("plugin", "name", "only of this plugin")],
    columns: ["id", "plugin", "version", "started_at", "status", "exit_code", "lines"],
  }),
  command("plugins runs show", "Show one recorded run", {
    eventType: "plugin_run",
    positionals: [{ name: "id", field: "id", type: "string", required: true }],
    errors: ["RUN_NOT_FOUND"],
  }),
  command("plugins runs replay", "Print again what a recorded run printed", {
    eventType: "notification",
    emits: ["begin", "notification", "error", "end"],
    result: "events",
    positionals: [{ name: "id", field: "id", type: "string", required: true }],
    errors: ["RUN_NOT_FOUND"],
  }),
];

/** Plugins: found, installed, held to a policy, run. What is not a verb here is a plugin's name. */
export const pluginsCommands: readonly CommandSpec[] = [
  ...installing,
  ...looking,
  ...authoring,
  ...policy,
  ...running,
];
