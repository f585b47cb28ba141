import { execFileSync, spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import type { Check, ReportFormat, ReportSubject } from "../src/index.ts";
import { badgeMarkdown, badgeSvg, renderReport, replay, rules } from "../src/index.ts";
import { goodStream, meta, temporaryFolder } from "./tiny-tools.ts";

/** Odd text, and a fault of each weight. */
const stream = `<b>"prose" & \u0001 ]]> # %\n${meta}\n${goodStream.slice(meta.length + 1).replace('"id":1', '"id": 1')}`;

async function checksOf(content: string): Promise<Check[]> {
  const path = join(await temporaryFolder(), "a <stream> & 'more'.jsonl");
  await writeFile(path, content);
  const checks: Check[] = [];
  for await (const check of replay({ path, exitCode: 0, profile: "proposed" })) checks.push(check);
  return checks;
}

const subject: ReportSubject = {
  command: 'tiny list "a&b" <c>',
  profile: "core",
  linterVersion: "0.1.0",
  tool: "tiny",
  toolVersion: "1.0.0",
};

async function report(format: ReportFormat): Promise<string> {
  return renderReport(format, await checksOf(stream), subject);
}

/** The parts of SARIF 2.1.0 that its consumers rely on, from §3.13 to §3.30 of the standard. */
const sarifSchema = {
  type: "object",
  required: ["version", "runs"],
  properties: {
    version: { const: "2.1.0" },
    runs: {
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        required: ["tool", "results"],
        properties: {
          tool: {
            type: "object",
            required: ["driver"],
            properties: {
              driver: {
                type: "object",
                required: ["name", "rules"],
                properties: {
                  semanticVersion: { type: "string", pattern: String.raw`^\d+\.\d+\.\d+` },
                  rules: {
                    type: "array",
                    uniqueItems: true,
                    items: {
                      type: "object",
                      required: ["id", "shortDescription"],
                      properties: {
                        defaultConfiguration: {
                          properties: { level: { enum: ["none", "note", "warning", "error"] } },
                        },
                      },
                    },
                  },
                },
              },
            },
          },
          results: {
            type: "array",
            items: {
              type: "object",
              required: ["ruleId", "ruleIndex", "kind", "level", "message"],
              properties: {
                kind: {
                  enum: ["pass", "open", "informational", "notApplicable", "review", "fail"],
                },
                level: { enum: ["none", "note", "warning", "error"] },
                message: {
                  type: "object",
                  required: ["text"],
                  properties: { text: { type: "string" } },
                },
                locations: {
                  type: "array",
                  items: {
                    properties: {
                      physicalLocation: {
                        required: ["artifactLocation"],
                        properties: {
                          region: {
                            properties: {
                              startLine: { type: "integer", minimum: 1 },
                              byteOffset: { type: "integer", minimum: 0 },
                            },
                          },
                        },
                      },
                    },
                  },
                },
              },
              // §3.27.9: of a result that is no failure the level is none.
              anyOf: [
                { properties: { kind: { const: "fail" } } },
                { properties: { level: { const: "none" } } },
              ],
            },
          },
        },
      },
    },
  },
};

test("SARIF holds its schema, and every result names its rule", async () => {
  const sarif = JSON.parse(await report("sarif"));
  const validate = new Ajv2020({ strict: false }).compile(sarifSchema);
  validate(sarif);
  expect(validate.errors).toBeNull();
  const [run] = sarif.runs;
  for (const result of run.results) {
    expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
  }
  const kinds = new Set(run.results.map((result: { kind: string }) => result.kind));
  expect(kinds).toEqual(new Set(["pass", "fail", "open"]));
});

test("JUnit is XML with the counts it claims", async (context) => {
  if (spawnSync("python3", ["--version"]).status !== 0) {
    context.skip("needs python3 to read XML: not installed");
  }
  const xml = await report("junit");
  const script =
    "import sys, json, xml.etree.ElementTree as E; r = E.fromstring(sys.stdin.buffer.read()); s = r.find('testsuite');" +
    "print(json.dumps([int(s.get('tests')), int(s.get('failures')), int(s.get('skipped')), len(s.findall('testcase')), len(s.findall('testcase/failure')), len(s.findall('testcase/skipped'))]))";
  const counts = JSON.parse(
    execFileSync("python3", ["-c", script], { input: xml, encoding: "utf8" }),
  );
  const [tests, failures, skipped, ...found] = counts;
  expect(found).toEqual([tests, failures, skipped]);
  expect(tests).toBe(rules.length);
  expect(failures).toBeGreaterThan(0);
});

test("TAP has a plan, numbered points and diagnoses that close", async () => {
  const lines = (await report("tap")).split("\n");
  expect(lines[0]).toBe("TAP version 14");
  expect(lines[1]).toBe(`1..${rules.length}`);
  const points = lines.filter((line) => /^(?:not )?ok /.test(line));
  expect(points.map((line) => Number(/ok (\d+)/.exec(line)?.[1]))).toEqual(
    rules.map((_, index) => index + 1),
  );
  const opened = lines.filter((line) => line === "  ---").length;
  expect(lines.filter((line) => line === "  ...")).toHaveLength(opened);
  expect(opened).toBe(points.filter((line) => line.startsWith("not ok")).length);
  // Nothing of the tool's text may begin a line of its own.
  expect(lines.every((line) => line === "" || /^(?:TAP|1\.\.|ok |not ok | )/.test(line))).toBe(
    true,
  );
});

test("annotations for GitHub stay on one line each", async () => {
  const lines = (await report("github")).trimEnd().split("\n");
  for (const line of lines) expect(line).toMatch(/^::(?:error|warning|notice) title=[^:,]+::\S/);
  expect(lines.at(-1)).toContain("not verified");
  expect(lines.join("\n")).toContain("%25");
});

test("the page and the badge hold no text of the tool as markup", async () => {
  const html = await report("html");
  expect(html).not.toContain('<b>"prose');
  expect(html).toContain("&lt;b&gt;");
  expect(html).not.toMatch(/<script|https?:\/\//);
  const evil = { ...subject, tool: '"><script>' };
  expect(badgeSvg(evil)).not.toContain("<script>");
});

test("a badge says who claims what, and leads to where it can be checked", () => {
  expect(badgeSvg(subject)).toMatch(
    /passes aoi-lint 0\.1\.0 core \(self-declared by tiny 1\.0\.0\)/,
  );
  expect(badgeMarkdown(subject, "badge.svg")).toBe(
    "[![tiny 1.0.0 passes aoi-lint 0.1.0 (core), self-declared](badge.svg)](registry/tiny.json)",
  );
  expect(badgeMarkdown(subject, "b.svg", "https://example.com/tiny")).toContain(
    "(https://example.com/tiny)",
  );
});
