import type { FailureRecipe, Recipe } from "@aomori/aoi-lint";
import { pluginRecipes } from "./plugin-recipes.ts";
import type { Ids, World } from "./walk-world.ts";
import { unreachableUrl } from "./walk-world.ts";

/** What capabilities say of a way to run the commands in another protocol than that of a batch run. */
export interface ProtocolServer {
  readonly protocol: string;
  readonly args: readonly string[];
}

/** What capabilities say of a command, as far as a recipe follows from it. */
export interface Capability {
  readonly name: string;
  readonly operation?: string;
  readonly supports_dry_run: boolean;
  readonly positionals: readonly { readonly name: string; readonly required?: boolean }[];
  readonly flags: readonly { readonly name: string; readonly required?: boolean }[];
}

/** How one command is tried. */
export interface CommandRecipe {
  /** What follows the program, without the format: it must end well. */
  readonly argv: readonly string[];
  /** It answers through the server: it can be down, and it can keep one waiting. */
  readonly asksServer: boolean;
  readonly recipe: Recipe;
  /** Rules and families that cannot be judged in this arrangement. */
  readonly skip?: readonly string[];
  /** Only these rules and families, of a command whose every run opens a store of its own. */
  readonly only?: readonly string[];
  /** Another program than the plain one. */
  readonly program?: string;
}

export type More = Partial<Omit<CommandRecipe, "argv">> & {
  readonly argv: readonly string[];
  /** The same for something that does not exist. */
  readonly missing?: readonly string[];
};

const absent: Ids = {
  spec: "spec_0000000000",
  waitingSpec: "spec_0000000000",
  ticket: "TKT-999",
  task: "TSK-999",
  agent: "agent_0000000000",
  project: "proj_0000000000",
  key: "key_0000000000",
};

/** The nouns whose commands take the id of one. */
const nouns: Readonly<Record<string, keyof Ids>> = {
  spec: "spec",
  ticket: "ticket",
  task: "task",
  agent: "agent",
  dag: "spec",
  project: "project",
  key: "key",
};

const fewRules = ["META", "SUM", "ERR", "NAME", "EXIT-001", "EXIT-002", "DISC-006", "DISC-007"];

/** Commands that are more than their id, or answer without the server. */
function special(world: World): Readonly<Record<string, More>> {
  const { ids, repository } = world;
  const keyed = { ANTHROPIC_API_KEY: "sk-walk-0123456789" };
  const ownStore = { recipe: { env: { AOMORI_HOME: "" } } };
  const described = ["--name", "x", "--summary", "y", "--homepage", "https://x.example.org/"];
  const submit = ["registry", "submit", ...described, "--licence", "MIT", "--npm", "npm i x"];
  const create = ["spec", "create", "--title", "T", "--description", "D", "--dry-run"];
  const withModel = ["--model", "anthropic/some"];
  const edit = (id: string): string[] => ["spec", "edit", id, "PRD", "--file", "prd.json"];
  const newTask = (id: string): string[] => ["task", "create", "--title", "T", "--spec", id];
  const steer = (id: string): string[] => ["agent", "steer", id, "--action", "pause", "--dry-run"];
  const spawn = (id: string): string[] => ["agent", "spawn", id, "--mode", "exploration"];
  const approve = (verb: string, id: string): string[] => ["spec", verb, id, "--dry-run"];
  return {
    "spec create": {
      argv: [...create, ...withModel, "--repo", repository],
      asksServer: true,
      recipe: {
        env: keyed,
        failures: { not_found: { argv: [...create, ...withModel, "--repo", "/nowhere/at/all"] } },
      },
    },
    "spec edit": { argv: edit(ids.waitingSpec), missing: edit(absent.spec), asksServer: true },
    "spec approve": {
      argv: approve("approve", ids.waitingSpec),
      missing: approve("approve", absent.spec),
      asksServer: true,
    },
    "spec reject": {
      argv: ["spec", "reject", ids.waitingSpec, "not enough", "--dry-run"],
      missing: ["spec", "reject", absent.spec, "not enough", "--dry-run"],
      asksServer: true,
    },
    "spec logs": {
      argv: ["spec", "logs", ids.spec],
      missing: ["spec", "logs", absent.spec],
      asksServer: true,
    },
    "spec wait": {
      argv: ["spec", "wait", ids.spec],
      missing: ["spec", "wait", absent.spec],
      asksServer: true,
    },
    "dag merge": {
      argv: ["dag", "merge", ids.spec, "--into", "walk", "--dry-run"],
      missing: ["dag", "merge", absent.spec, "--into", "walk", "--dry-run"],
      asksServer: true,
    },
    "dag critical-path": {
      argv: ["dag", "critical-path", ids.spec],
      missing: ["dag", "critical-path", absent.spec],
      asksServer: true,
    },
    "task create": {
      argv: [...newTask(ids.spec), "--dry-run"],
      missing: [...newTask(absent.spec), "--dry-run"],
      asksServer: true,
    },
    "agent steer": { argv: steer(ids.agent), missing: steer(absent.agent), asksServer: true },
    "agent spawn": {
      argv: [...spawn(ids.task), "--dry-run"],
      missing: [...spawn(absent.task), "--dry-run"],
      asksServer: true,
    },
    "events stream": {
      argv: ["events", "stream", "--after", "0", "--limit", "5"],
      asksServer: true,
      recipe: { failures: { timeout: downFor(["events", "stream", "--timeout", "1s"]) } },
    },
    "key create": { argv: ["key", "create", "walk", "--dry-run"], asksServer: true },
    // Its success takes half a minute and is linted as it was recorded; its Ctrl-C has a test of its own.
    demo: { argv: ["demo", "--repo", "/nowhere/at/all"], skip: ["SIG", "EXIT-003"] },
    "server start": { argv: ["server", "start"] },
    "server stop": { argv: ["server", "stop"], ...ownStore },
    "server status": { argv: ["server", "status"] },
    "server logs": { argv: ["server", "logs", "--lines", "20"] },
    "config show": { argv: ["config", "show"] },
    "config set": { argv: ["config", "set", "model", "anthropic/some", "--dry-run"] },
    "config unset": { argv: ["config", "unset", "model", "--dry-run"] },
    login: {
      argv: ["login", "--provider", "anthropic"],
      program: world.programWithKey,
      ...ownStore,
    },
    logout: { argv: ["logout", "--api-url", "http://127.0.0.1:2"], ...ownStore },
    "store export": { argv: ["store", "export", "out.jsonl"], ...ownStore, only: fewRules },
    "store import": { argv: ["store", "import", "store.jsonl"], ...ownStore, only: fewRules },
    "store check": { argv: ["store", "check"], ...ownStore, only: fewRules },
    "registry search": { argv: ["registry", "search"] },
    "registry show": {
      argv: ["registry", "show", "sun-table"],
      missing: ["registry", "show", "none"],
    },
    "registry verify": {
      argv: ["registry", "verify", "sun-table", "--entry-only"],
      missing: ["registry", "verify", "none"],
    },
    "registry schema": { argv: ["registry", "schema"] },
    "registry pull": {
      argv: ["registry", "pull", "sun-table.json", "--dry-run"],
      missing: ["registry", "pull", "none.json"],
    },
    "registry submit": {
      argv: [...submit, "--dry-run", "--", "no-such-tool"],
      missing: [...submit, "--", "no-such-tool"],
    },
    ...pluginRecipes(world),
    doctor: { argv: ["doctor"] },
    openapi: { argv: ["openapi"] },
    uninstall: { argv: ["uninstall", "--dry-run"] },
    whoami: { argv: ["whoami"], asksServer: true },
    capabilities: { argv: ["capabilities"] },
    schema: { argv: ["schema"], missing: ["schema", "--command", "no such"] },
    completion: { argv: ["completion", "bash"] },
  };
}

/** Command lines that are another thing than the command they begin with: each is tried as commands are. */
export function furtherRecipes(
  world: World,
  servers: readonly ProtocolServer[],
): ReadonlyMap<string, CommandRecipe> {
  const serve = ["server", "start", "--foreground"];
  const foreground: More = {
    // It ends by itself only when its time is up, later than any start takes.
    argv: [...serve, "--timeout", "15s"],
    only: [...fewRules, "STR-001", "STR-002", "STR-004", "SIG"],
    recipe: {
      env: { AOMORI_HOME: "" },
      slow: inMachineMode(serve),
      failures: { conflict: { argv: serve, env: { AOMORI_HOME: world.home } } },
    },
  };
  // What is refused at once leaves nothing to interrupt; what has begun is interrupted in a test of its own.
  const interruptions = ["SIG-002", "SIG-003", "SIG-004", "SIG-005"];
  // What speaks another protocol is a batch command until that begins: whatever keeps it from beginning is told as ever.
  const refused = servers.map(({ args }): [string, CommandRecipe] => [
    args.join(" "),
    complete({ argv: [...args, "--no-such-flag"], skip: ["DISC", ...interruptions] }, world),
  ]);
  return new Map([[serve.join(" "), complete(foreground, world)], ...refused]);
}

/** The recipe of a command; undefined when there is none and it does not follow from its capabilities. */
export function recipeOf(capability: Capability, world: World): CommandRecipe | undefined {
  const own = special(world)[capability.name];
  if (own !== undefined) return complete(own, world);
  if (capability.operation === undefined) return undefined;
  const [argv, missing] = [world.ids, absent].map((ids) => derivedArgv(capability, ids));
  if (argv === undefined || missing === undefined) return undefined;
  const hasId = argv.join(" ") !== missing.join(" ");
  return complete({ argv, asksServer: true, ...(hasId ? { missing } : {}) }, world);
}

/** Of a command that takes nothing but the id of its noun. */
function derivedArgv(capability: Capability, ids: Ids): readonly string[] | undefined {
  const { name, positionals, flags, supports_dry_run: isDry } = capability;
  const words = name.split(" ");
  const required = positionals.filter((positional) => positional.required === true);
  const noun = nouns[words[0] ?? ""];
  if (flags.some((flag) => flag.required === true) || required.length > 1) return undefined;
  if (required.length === 1 && noun === undefined) return undefined;
  const id = required.length === 1 && noun !== undefined ? [ids[noun]] : [];
  return [...words, ...id, ...(isDry ? ["--dry-run"] : [])];
}

function complete(more: More, world: World): CommandRecipe {
  const { argv, missing, asksServer = false, recipe = {}, ...rest } = more;
  const asked = inMachineMode(argv);
  const failures = withMode({
    ...(missing === undefined ? {} : { not_found: { argv: missing } }),
    ...(asksServer ? { temporary: { argv: asked, env: { AOMORI_API_URL: unreachableUrl } } } : {}),
    ...recipe.failures,
  });
  return {
    argv: asked,
    asksServer,
    ...rest,
    recipe: {
      allowWrites: true,
      ...recipe,
      failures,
      env: withHome(recipe.env, world),
    },
  };
}

/** While its server is down. What goes on looking for one ends by its own timeout. */
function downFor(argv: readonly string[]): FailureRecipe {
  return { argv, env: { AOMORI_API_URL: unreachableUrl } };
}

/** An empty AOMORI_HOME is unset: each run has a home of its own. */
function withHome(env: Recipe["env"], world: World): Readonly<Record<string, string>> {
  return { AOMORI_HOME: world.home, AOMORI_LOG: "info", ...env };
}

function withMode(failures: Recipe["failures"]): Recipe["failures"] {
  const entries = Object.entries(failures ?? {}).map(([category, failure]) => [
    category,
    { ...failure, argv: inMachineMode(failure.argv) },
  ]);
  return Object.fromEntries(entries);
}

/** Words behind a plugin's name are the plugin's. */
function inMachineMode(argv: readonly string[]): readonly string[] {
  const end = argv.join(" ").startsWith("plugins run ") ? 2 : argv.indexOf("--");
  const at = end === -1 ? argv.length : end;
  return argv.toSpliced(at, 0, "--output", "jsonl");
}
