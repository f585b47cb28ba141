import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Check } from "../src/index.ts";
import { replay } from "../src/index.ts";
import { goodStream, hit, meta, summary, temporaryFolder } from "./tiny-tools.ts";

async function judged(
  stream: string | Uint8Array,
  rule: string,
  exitCode?: number,
): Promise<Check | undefined> {
  const path = join(await temporaryFolder(), "stream.jsonl");
  await writeFile(path, stream);
  const rest = exitCode === undefined ? {} : { exitCode };
  for await (const check of replay({ path, rules: [rule], ...rest })) return check;
  return undefined;
}

const legacy = goodStream.replaceAll("aoi:", "");
const error =
  '{"type":"aoi:error","code":"NOT_THERE","category":"not_found","message":"gone","retryable":false}';
const failed = '{"type":"aoi:summary","ok":false,"count":1,"error_count":1}';
const withError = (line: string): string => `${meta}\n${hit}\n${line}\n${failed}\n`;

/** A rule, what is wrong, a stream that breaks it, and what the finding says. */
const broken: [rule: string, what: string, stream: string | Uint8Array, says: RegExp][] = [
  [
    "STR-001",
    "a byte that is no UTF-8",
    Buffer.from(goodStream.replace("1}", "\u00E9}"), "latin1"),
    /bytes e9/,
  ],
  ["STR-002", "an array around the whole", `[${meta},\n${summary}]\n`, /no.*object/],
  ["STR-002", "a line that is a number", goodStream.replace(hit, "42"), /no object: 42/],
  ["STR-002", "nothing at all", "", /nothing was written/],
  ["STR-003", "a banner", `Listing…\n${goodStream}`, /prose on stdout/],
  ["STR-003", "a byte order mark", `\uFEFF${goodStream}`, /byte order mark/],
  ["STR-004", "an event without type", goodStream.replace('"type":"hit",', ""), /no string "type"/],
  ["STR-005", "spaces between tokens", goodStream.replace('"id":1', '"id": 1'), /whitespace/],
  ["STR-005", "no line feed at the end", goodStream.trimEnd(), /no line feed/],
  ["STR-005", "a key twice", goodStream.replace('"id":1', '"id":1,"id":2'), /"id" stands twice/],
  [
    "STR-006",
    "a line over 1 MiB",
    goodStream.replace('"id":1', `"id":"${"x".repeat(1_100_000)}"`),
    /bytes/,
  ],
  [
    "STR-007",
    "an integer no double holds",
    goodStream.replace('"id":1', '"id":9007199254740993'),
    /9007199254740993/,
  ],
  ["STR-007", "NaN", goodStream.replace('"id":1', '"id":NaN'), /NaN/],
  ["NAME-001", "the older names", legacy, /prefix every framework type/],
  [
    "NAME-002",
    "a summary of the other dialect",
    goodStream.replace("aoi:summary", "summary"),
    /summary in a stream/,
  ],
  [
    "NAME-003",
    "a made-up framework type",
    goodStream.replace('"hit"', '"aoi:hit"'),
    /aoi:hit is no type/,
  ],
  ["META-001", "a result before meta", `${hit}\n${meta}\n${summary}\n`, /first event is hit/],
  [
    "META-002",
    "no command in meta",
    goodStream.replace(',"command":"list"', ""),
    /"command"; it is absent/,
  ],
  [
    "META-003",
    "a version that is no semver",
    goodStream.replace('"schema_version":"1.0.0"', '"schema_version":"one"'),
    /"one" is not semver/,
  ],
  [
    "META-003",
    "a schema name without a domain",
    goodStream.replace("com.example.tiny.events", "tiny"),
    /not reverse-DNS/,
  ],
  ["META-004", "meta twice", `${meta}\n${goodStream}`, /second aoi:meta/],
  ["SUM-001", "no summary", `${meta}\n${hit}\n`, /without aoi:summary/],
  ["SUM-001", "a result after the summary", `${goodStream}${hit}\n`, /hit stands after/],
  ["SUM-001", "two summaries", `${goodStream}${summary}\n`, /second aoi:summary/],
  ["SUM-002", "ok as text", goodStream.replace("true", '"yes"'), /ok is "yes"/],
  ["SUM-002", "a negative count", goodStream.replace('"count":1', '"count":-1'), /count is -1/],
  [
    "SUM-003",
    "everything counted",
    goodStream.replace('"count":1', '"count":3'),
    /meta and summary too/,
  ],
  [
    "SUM-004",
    "a wrong error_count",
    goodStream.replace('"count":1', '"count":1,"error_count":2'),
    /error_count is 2 and 0/,
  ],
  [
    "SUM-005",
    "an error and ok:true",
    `${meta}\n${error}\n${hit}\n${summary}\n`,
    /ok:true after the error NOT_THERE/,
  ],
  [
    "ERR-001",
    "no retryable",
    withError(error.replace(',"retryable":false', "")),
    /"retryable"; it is absent/,
  ],
  [
    "ERR-002",
    "a category of its own",
    withError(error.replace("not_found", "missing")),
    /"missing" is no category/,
  ],
  [
    "ERR-003",
    "a missing thing to retry",
    withError(error.replace("false", "true")),
    /retryable is true/,
  ],
  [
    "ERR-004",
    "no time to wait",
    withError(error.replace("not_found", "rate_limited")),
    /retry_after_ms is absent/,
  ],
  [
    "ERR-005",
    "a code in lower case",
    withError(error.replace("NOT_THERE", "not-there")),
    /not UPPER_SNAKE/,
  ],
  [
    "ERR-008",
    "a stack trace",
    withError(error.replace("gone", "gone\\n    at run (tool.js:3:1)")),
    /stack trace/,
  ],
];

test.each(broken)("%s sees %s", async (rule, _what, stream, says) => {
  const check = await judged(stream, rule);
  expect(check).toMatchObject({ rule, verdict: "failed" });
  expect(check?.findings[0]?.message).toMatch(says);
  expect(check?.findings[0]?.reproduce).toMatch(/^cat /);
});

test("a finding names the line and the byte where it is", async () => {
  const stream = `${meta}\n${hit}\nLoading…\n${summary}\n`;
  const check = await judged(stream, "STR-003");
  const offset = Buffer.byteLength(`${meta}\n${hit}\n`);
  expect(check?.findings[0]).toMatchObject({ line: 3, offset });
});

test.each([
  ["ok:false and exit 0", `${meta}\n${hit}\n${failed}\n`, 0],
  ["ok:true and exit 3", goodStream, 3],
])("EXIT-001 sees %s", async (says, stream, exitCode) => {
  const check = await judged(stream, "EXIT-001", exitCode);
  expect(check?.findings[0]?.message).toContain(says);
});

test("an exit status nobody told is not verified", async () => {
  expect(await judged(goodStream, "EXIT-001")).toMatchObject({ verdict: "not_verified" });
});

test("a good stream has no finding, in either dialect, and what needs a run is not verified", async () => {
  const path = join(await temporaryFolder(), "stream.jsonl");
  for (const [stream, profile] of [
    [goodStream, "proposed"],
    [legacy, "legacy-0.2"],
  ] as const) {
    await writeFile(path, stream);
    const verdicts = new Map<string, string>();
    for await (const check of replay({ path, exitCode: 0, profile })) {
      verdicts.set(check.rule, check.verdict);
    }
    expect([...verdicts].filter(([, verdict]) => verdict === "failed")).toEqual([]);
    expect(verdicts.get("SUM-003")).toBe("passed");
    expect(verdicts.get("SIG-001")).toBe("not_verified");
    expect(verdicts.has("NAME-001")).toBe(profile === "proposed");
  }
});
