import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { parseRecipe } from "../src/parse-recipe.ts";
import { recipeSchema } from "../src/recipe-schema.ts";
import { rules } from "../src/rules/table.ts";

test("each rule has its own id, a title that is no sentence, an explanation that is one", () => {
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  for (const { id, title, explain, needs } of rules) {
    expect(id).toMatch(/^[A-Z][A-Z0-9]*-\d{3}$/);
    expect(title).not.toMatch(/\.$/);
    expect(explain).toMatch(/[.]$/);
    expect(needs.length).toBeGreaterThan(0);
  }
});

test("all 80 rules of the catalogue are there", () => {
  const counts = new Map<string, number>();
  for (const { id } of rules) {
    const family = id.slice(0, id.indexOf("-"));
    counts.set(family, (counts.get(family) ?? 0) + 1);
  }
  expect([...counts].map(([family, count]) => `${family} ${count}`).join(", ")).toBe(
    "STR 11, NAME 3, META 6, SUM 7, ERR 8, EXIT 3, DISC 10, BND 5, SIG 5, TIME 3, " +
      "SAFE 3, IDEM 2, AUD 1, RED 3, IN 6, PIPE 1, VER 1, L10N 1, DET 1",
  );
});

const validate = new Ajv2020({ strict: false }).compile(recipeSchema);

const examples: readonly (readonly [what: string, recipe: unknown])[] = [
  ["nothing", {}],
  [
    "every kind of field",
    {
      $schema: "x",
      tool: ["t"],
      setup: [["touch", "a"]],
      env: { A: "1" },
      keep_home: true,
      discovery: "none",
      failures: { usage: ["x"], authn: { argv: ["x"], env: { K: "" } } },
      exit_codes: { usage: 2 },
      unbounded: { argv: ["watch"], heartbeat_ms: 100 },
      limit: {},
      cursor: { flag: "--after" },
      default_limit: { argv: ["list"], at_most: 50 },
      idempotent: { argv: ["add"] },
      secrets: { env: ["K"], files: { "~/.t": "{secret}" } },
      input: { argv: ["copy"], sample: [{ type: "hit" }], schema: "a.b.c@1.0.0" },
    },
  ],
  ["no object", []],
  ["an unknown field", { tols: ["t"] }],
  ["an unknown category", { failures: { absent: ["x"] } }],
  ["a word for a list", { slow: "tick" }],
  ["a missing argv", { input: { sample: [] } }],
  ["a sample that is no object", { input: { argv: ["x"], sample: [1] } }],
  ["half an interval", { unbounded: { argv: ["x"], heartbeat_ms: 1.5 } }],
  ["another discovery", { discovery: "some" }],
  ["a secret file that is no text", { secrets: { files: { a: 1 } } }],
];

test.each(examples)("the schema of recipes and their parser agree on %s", (_what, recipe) => {
  const parse = (): unknown => parseRecipe(recipe, "aoi.lint.json");
  if (validate(recipe)) expect(parse).not.toThrow();
  else expect(parse).toThrow(expect.objectContaining({ code: "INVALID_RECIPE" }));
});
