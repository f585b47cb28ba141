import { Ajv2020 } from "ajv/dist/2020.js";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parseDefinition } from "../src/declarative/parse-definition.ts";
import { machinemode } from "./run-machinemode.ts";

const folder = fileURLToPath(new URL("../adapters", import.meta.url));
const schema: object = JSON.parse(
  readFileSync(fileURLToPath(new URL("../adapter.schema.json", import.meta.url)), "utf8"),
);
const validate = new Ajv2020({ strict: false }).compile(schema);

const colours = {
  adapter: 1,
  name: "colours",
  summary: "Colours and their numbers",
  record: "colour",
  run: ["printf", "%s\\n", "{args}"],
  flags: { pass: ["-x="], drop: ["-q"], refuse: { "-z": "it has no lines" } },
  framing: {
    kind: "lines",
    pattern: "^(?<name>\\w+) +#(?<code>[0-9a-f]+) +(?<count>\\d+|-)$",
    ignore: ["^$"],
  },
  fields: { name: {}, code: {}, count: { type: "int", nulls: ["-"] } },
  errors: { exit: { "2": { category: "usage", code: "BAD_COLOUR" } } },
};

function file(definition: object, name = "colours.json"): string {
  const path = join(mkdtempSync(join(tmpdir(), "adapter-")), name);
  writeFileSync(path, JSON.stringify(definition));
  return path;
}

describe("the files that come with the package", () => {
  test.each(readdirSync(folder))("%s can be used and follows the published schema", (name) => {
    const text = readFileSync(join(folder, name), "utf8");
    expect(parseDefinition(text, name).summary).not.toBe("");
    expect(validate(JSON.parse(text)) ? [] : validate.errors).toEqual([]);
  });

  test("are at least six", () => {
    expect(readdirSync(folder).length).toBeGreaterThanOrEqual(6);
  });
});

test("a file named on the command line makes records, and warnings of what is none", async () => {
  const { records, events, summary } = await machinemode([
    "--adapter",
    file(colours),
    "colours",
    "red #f00 3",
    "blue #00f -",
    "no colour",
    "",
  ]);
  expect(records).toEqual([
    { type: "colour", source: "parsed", name: "red", code: "f00", count: 3 },
    { type: "colour", source: "parsed", name: "blue", code: "00f", count: null },
  ]);
  expect(events.find(({ type }) => type === "aoi:warning")).toMatchObject({
    code: "UNREADABLE_OUTPUT",
    raw: "no colour",
  });
  expect(summary).toMatchObject({ ok: true, count: 2, warning_count: 1 });
});

test("a file in the user's folder is found, goes before ours, and is listed", async () => {
  const config = mkdtempSync(join(tmpdir(), "config-"));
  mkdirSync(join(config, "machinemode/adapters"), { recursive: true });
  writeFileSync(
    join(config, "machinemode/adapters/df.json"),
    JSON.stringify({ ...colours, name: "df" }),
  );
  const env = { XDG_CONFIG_HOME: config };
  const { records } = await machinemode(["df", "green #0f0 1"], { env });
  expect(records).toMatchObject([{ type: "colour", name: "green" }]);
  const listed = await machinemode(["adapters", "--format", "jsonl"], { env });
  expect(
    listed.records.filter(({ name }) => name === "df").map(({ origin }) => String(origin)),
  ).toEqual([join(config, "machinemode/adapters/df.json"), expect.stringContaining("df.json")]);
  writeFileSync(join(config, "machinemode/adapters/df.json"), "{");
  const doctor = await machinemode(["doctor"], { env });
  expect(doctor.events.find(({ ok }) => ok === false)).toMatchObject({
    type: "aoi:check",
    severity: "error",
  });
  expect(doctor.summary["ok"]).toBe(false);
});

test("flags are handed on, left out or refused as the file says", async () => {
  const path = file({
    ...colours,
    framing: { kind: "lines", pattern: "^(?<name>.*)$" },
    fields: { name: {} },
  });
  const { records } = await machinemode(["--adapter", path, "colours", "-q", "-x", "1", "a"]);
  expect(records.map(({ name }) => name)).toEqual(["-x", "1", "a"]);
  for (const [flag, why] of [
    ["-z", "it has no lines"],
    ["-k", "does not know"],
  ]) {
    const refused = await machinemode(["--adapter", path, "colours", flag!]);
    expect(refused.events.at(-2)).toMatchObject({
      code: "UNSUPPORTED_FLAG",
      message: expect.stringContaining(why!),
    });
  }
});

test.each([
  [{ ...colours, adapter: 2 }, "/adapter"],
  [{ ...colours, run: ["printf"] }, "/run"],
  [{ ...colours, fields: { name: { type: "integer" } } }, "/fields/name/type"],
  [{ ...colours, fields: { nome: {} } }, "/fields/nome/from"],
  [{ ...colours, fields: { type: { from: "name" } } }, "/fields/type"],
  [{ ...colours, framing: { kind: "lines", pattern: "(?<name>a)\\1" } }, "/framing/pattern"],
  [{ ...colours, framing: { kind: "lines", columns: 0 } }, "/framing/columns"],
  [{ ...colours, flags: { pass: ["x"] } }, "/flags/pass/0"],
  [
    { ...colours, errors: { exit: { "2": { category: "bad", code: "X" } } } },
    "/errors/exit/2/category",
  ],
  [{ ...colours, colour: "red" }, "/colour"],
])("a bad file is refused with the place of what is wrong (%#)", async (definition, pointer) => {
  let failure: unknown;
  try {
    parseDefinition(JSON.stringify(definition), "colours.json");
  } catch (error) {
    failure = error;
  }
  expect(failure).toMatchObject({
    code: "BAD_ADAPTER_FILE",
    category: "config",
    details: { pointer },
  });
});
