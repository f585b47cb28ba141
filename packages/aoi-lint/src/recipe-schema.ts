import { errorCategories } from "@aomori/protocol";

const text = { type: "string" };
const words = { type: "array", items: text };
const texts = { type: "object", additionalProperties: text };
const whole = { type: "integer", minimum: 0 };

function object(
  properties: Readonly<Record<string, unknown>>,
  required: readonly string[],
  description: string,
) {
  return { type: "object", properties, required, additionalProperties: false, description };
}

function byCategory(value: unknown, description: string) {
  const properties = Object.fromEntries(errorCategories.map((category) => [category, value]));
  return { type: "object", properties, additionalProperties: false, description };
}

const failure = {
  anyOf: [words, object({ argv: words, env: texts }, ["argv"], "The failure needs variables too.")],
};

function input(description: string) {
  const properties = {
    argv: words,
    sample: { type: "array", items: { type: "object" } },
    schema: text,
  };
  return object(properties, ["argv"], description);
}

function command(description: string) {
  return { ...words, description };
}

/**
 * JSON Schema 2020-12 of `aoi.lint.json`. Command lines are what follows the tool's own words. A test holds it to
 * the parser.
 */
export const recipeSchema: Readonly<Record<string, unknown>> = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "aoi.lint.json",
  type: "object",
  additionalProperties: false,
  properties: {
    $schema: { ...text, description: "For editors." },
    tool: command(
      'The words that start the tool, before any command: `["python3", "hello.py"]`. Found by looking when absent.',
    ),
    fixture: {
      ...text,
      description: "Working folder of every run, beside the recipe. Each run gets a copy.",
    },
    setup: {
      type: "array",
      items: words,
      description: "Commands run in every sandbox before the tool.",
    },
    env: { ...texts, description: "Variables of every run." },
    pass_env: command("Names of variables handed through from the linter's environment."),
    keep_home: { type: "boolean", description: "The user's own home instead of an empty one." },
    allow_writes: {
      type: "boolean",
      description: "Run a command although its capabilities say that it changes things.",
    },
    discovery: {
      enum: ["auto", "none"],
      description:
        "`none`: the tool has neither `capabilities` nor `schema`, and the rules about them are not verified.",
    },
    failures: byCategory(
      failure,
      "By error category, a command line that provokes it; with `env` as `{argv, env}`.",
    ),
    exit_codes: byCategory(whole, "Exit statuses of the tool's own table."),
    large: command("Writes at least 256 KiB."),
    slow: command(
      "Takes at least a second, with results spread over it. Signals come in the middle of it.",
    ),
    unbounded: object(
      { argv: words, heartbeat_ms: whole },
      ["argv", "heartbeat_ms"],
      "Never ends by itself, and how often it gives a sign of life.",
    ),
    deadline: command("Takes longer than a deadline it gets on its own command line."),
    limit: object(
      { argv: words, flag: text },
      [],
      "The listing to cut and the flag for it; the linted command and `--limit` when absent.",
    ),
    cursor: object(
      { flag: text, field: text },
      [],
      "The flag and the summary's field of a cursor; `--cursor` and `next_cursor` when absent.",
    ),
    default_limit: object(
      { argv: words, at_most: whole },
      ["argv", "at_most"],
      "A long listing without a limit, and how many results it may answer with.",
    ),
    dry_run: command(
      "A dry run of something that changes files; `--dry-run` on the linted command when its capabilities promise it.",
    ),
    destructive: command("Destroys something in the sandbox if it is not asked for confirmation."),
    apply: command("The real run of `dry_run`."),
    idempotent: object(
      { argv: words, conflicting: words },
      ["argv"],
      "A change with an idempotency key, and one with the same key and other arguments.",
    ),
    secrets: object(
      { env: words, argv: words, stdin: text, files: texts },
      [],
      "Where secrets go in: names of variables, and texts in which `{secret}` stands for the planted one. Files below `~/` lie in the home.",
    ),
    input: input(
      "A command that reads a stream, domain events it knows, and the `name@version` of their schema if it checks it.",
    ),
    sink: input("A command that reads a stream and changes files: one audit event each."),
    baseline: {
      ...text,
      description: "The schema of the last release, as `--write-baseline` stored it.",
    },
  },
};
