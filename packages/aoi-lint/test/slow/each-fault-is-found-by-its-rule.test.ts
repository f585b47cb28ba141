import { expect, test } from "vitest";
import type { Recipe } from "../../src/index.ts";
import { failures, goodTool, lintAll, tool } from "../tiny-tools.ts";

const list = ["list", "--output", "jsonl"];
const remove = ["remove", "--yes", "--output", "jsonl"];
const copy = ["copy", "--input-jsonl", "-"];

/** One change of the good tool, the rule that must see it, and how. */
interface Fault {
  readonly rule: string;
  readonly what: string;
  readonly from: string;
  readonly to: string;
  readonly argv?: readonly string[];
  readonly recipe?: Recipe;
  readonly says: RegExp;
}

const slow: Recipe = { slow: ["list", "--count", "4", "--every-ms", "400"] };
const sample: Recipe = { input: { argv: copy, sample: [{ type: "hit", id: 7 }] } };

const faults: readonly Fault[] = [
  {
    rule: "STR-003",
    what: "prose where colour is forced",
    from: 'emit({ type: "aoi:meta"',
    to: 'if (process.env.FORCE_COLOR) console.log("\\u001b[1mlisting\\u001b[22m"); emit({ type: "aoi:meta"',
    says: /prose on stdout.*colour forced/,
  },
  {
    rule: "STR-003",
    what: "a banner on a terminal",
    from: 'emit({ type: "aoi:meta"',
    to: 'if (process.stdout.isTTY) console.log("Welcome"); emit({ type: "aoi:meta"',
    says: /Welcome.*on a terminal/,
  },
  {
    rule: "STR-008",
    what: "output held back to the end",
    from: "const emit = (event) => {",
    to: "const held = []; process.on('exit', () => held.forEach(now)); const emit = (event) => { held.push(event); }; const now = (event) => {",
    recipe: slow,
    says: /held back/,
  },
  {
    rule: "STR-009",
    what: "other events into a file",
    from: 'emit({ type: "hit", id });',
    to: 'emit({ type: "hit", id: require("node:fs").fstatSync(1).isFile() ? -id : id });',
    says: /not the events a pipe gets/,
  },
  {
    rule: "STR-010",
    what: "an exit with output still queued",
    from: "const emit = (event) => {",
    to: "const emit = (event) => { process.stdout.write(JSON.stringify(event) + '\\n'); }; const never = (event) => {",
    says: /never arrive/,
  },
  {
    rule: "META-006",
    what: "arguments in meta",
    from: 'command: command ?? "none",',
    to: 'command: command ?? "none", args,',
    says: /carries the planted secret/,
  },
  {
    rule: "RED-001",
    what: "the environment on stderr",
    from: 'emit({ type: "aoi:meta"',
    to: 'if (process.env.DEBUG) console.error(Buffer.from(process.env.API_KEY ?? "").toString("base64")); emit({ type: "aoi:meta"',
    says: /on stderr, in base64/,
  },
  {
    rule: "RED-002",
    what: "a flag's value in the error",
    from: 'unknown.split("=")[0]',
    to: "unknown",
    says: /on stdout, as it is/,
  },
  {
    rule: "ERR-006",
    what: "help text for an unknown flag",
    from: "if (unknown !== undefined) {",
    to: 'if (unknown !== undefined) { console.log("usage: tiny"); process.exit(2); } if (false) {',
    says: /without an aoi:error/,
  },
  {
    rule: "SUM-007",
    what: "failing without a summary",
    from: "if (unknown !== undefined) {",
    to: "if (unknown !== undefined) process.exit(64); if (false) {",
    says: /without aoi:summary/,
  },
  {
    rule: "EXIT-002",
    what: "exit 1 for a wrong flag",
    from: 'unknown.split("=")[0]); end(64)',
    to: 'unknown.split("=")[0]); end(1)',
    says: /exit 1 for the category usage, not 64/,
  },
  {
    rule: "ERR-007",
    what: "internal for a bad cursor",
    from: 'fail("validation", "INVALID_CURSOR"',
    to: 'fail("internal", "INVALID_CURSOR"',
    recipe: { failures: { validation: { argv: ["list", "--cursor", "x"] } } },
    says: /expected an error of category validation, saw internal/,
  },
  {
    rule: "DISC-001",
    what: "capabilities with a banner",
    from: "console.log(JSON.stringify({ tool:",
    to: 'console.log("capabilities:"); console.log(JSON.stringify({ tool:',
    says: /not one JSON object/,
  },
  {
    rule: "DISC-002",
    what: "a schema that is none",
    from: 'id: { type: "integer" }',
    to: 'id: { type: "whole" }',
    says: /not a JSON Schema/,
  },
  {
    rule: "DISC-003",
    what: "capabilities that want a language",
    from: 'if (command === "capabilities") {',
    to: 'if (command === "capabilities") { if (!process.env.LANG) process.exit(1);',
    says: /printed nothing, exit 1/,
  },
  {
    rule: "DISC-006",
    what: "results of another type than the schema's",
    from: 'emit({ type: "hit", id });',
    to: 'emit({ type: "hit", id: String(id) });',
    says: /hit does not validate: .*id/,
  },
  {
    rule: "DISC-007",
    what: "an undeclared event",
    from: 'emit({ type: "hit", id });',
    to: 'emit({ type: "hit", id }); if (id === 0) { emit({ type: "note", id }); results += 1; }',
    says: /note is not among/,
  },
  {
    rule: "DISC-010",
    what: "a read-only command that writes",
    from: "async function list() {",
    to: 'async function list() { writeFileSync("cache.json", "{}");',
    says: /added work\/cache.json/,
  },
  {
    rule: "BND-001",
    what: "one more than the limit",
    from: 'first + Number(flag("--limit") ?? Infinity)',
    to: 'first + 1 + Number(flag("--limit") ?? Infinity)',
    says: /results \(with --limit/,
  },
  {
    rule: "BND-002",
    what: "a cut that is not told",
    from: "{ truncated: true, next_cursor",
    to: "{ truncated: false, next_cursor",
    says: /truncated is not true/,
  },
  {
    rule: "BND-003",
    what: "a page that begins too late",
    from: '"after-" + last }',
    to: '"after-" + (last + 1) }',
    says: /on no page/,
  },
  {
    rule: "BND-005",
    what: "any cursor is the first page",
    from: 'fail("validation", "INVALID_CURSOR", "no such cursor"); end(65);',
    to: "",
    says: /was accepted/,
  },
  {
    rule: "SIG-001",
    what: "going on without a reader",
    from: 'if (error.code === "EPIPE") process.exit(141);',
    to: 'if (error.code === "EPIPE") { console.error("lost"); return; }',
    says: /ended with exit 0, not 141/,
  },
  {
    rule: "SIG-002",
    what: "no heed of SIGINT",
    from: 'process.on("SIGINT", stop("SIGINT", 130));',
    to: 'process.on("SIGINT", () => {});',
    recipe: slow,
    says: /went on for/,
  },
  {
    rule: "SIG-002",
    what: "dying of SIGINT",
    from: 'process.on("SIGINT", stop("SIGINT", 130));',
    to: "",
    recipe: slow,
    says: /died of SIGINT without aoi:summary/,
  },
  {
    rule: "SIG-003",
    what: "success after SIGTERM",
    from: 'process.on("SIGTERM", stop("SIGTERM", 143));',
    to: 'process.on("SIGTERM", () => end(0));',
    recipe: slow,
    says: /says ok:true and partial:undefined|ok:true/,
  },
  {
    rule: "SIG-005",
    what: "a child that is left",
    from: "async function list() {",
    to: 'async function list() { require("node:child_process").spawn("sleep", ["30"], { stdio: "ignore" });',
    recipe: slow,
    says: /lives on: sleep 30/,
  },
  {
    rule: "TIME-003",
    what: "a question",
    from: "async function list() {",
    to: "async function list() { if (!args.includes('--yes')) for await (const _ of process.stdin);",
    says: /waits for input/,
  },
  {
    rule: "SAFE-001",
    what: "a dry run that does it",
    from: 'if (args.includes("--dry-run")) {',
    to: 'if (args.includes("--dry-run")) { writeFileSync("b.txt", "");',
    argv: remove,
    recipe: { setup: [["touch", "a.txt"]] },
    says: /added work\/b.txt/,
  },
  {
    rule: "SAFE-002",
    what: "no question asked",
    from: 'if (!args.includes("--yes")) {',
    to: "if (false) {",
    argv: remove,
    recipe: { setup: [["touch", "a.txt"]] },
    says: /was carried out/,
  },
  {
    rule: "IN-002",
    what: "a malformed line passed over",
    from: 'catch { fail("validation", "INPUT_JSONL_PARSE_ERROR", "line " + number + " is not JSON", { line: number }); return; }',
    to: "catch { return; }",
    recipe: sample,
    says: /malformed line ends in ok:true/,
  },
  {
    rule: "IN-003",
    what: "a cut input taken for whole",
    from: 'if (seen === undefined) fail("io"',
    to: 'if (seen === null) fail("io"',
    recipe: sample,
    says: /category io|ok:true/,
  },
  {
    rule: "PIPE-001",
    what: "output after the input's end",
    from: "    lines.forEach(take);\n",
    to: "    all.push(...lines);\n",
    recipe: sample,
    says: /the first result came after/,
  },
  {
    rule: "L10N-001",
    what: "numbers by locale",
    from: 'emit({ type: "hit", id });',
    to: 'emit({ type: "hit", id, size: (1234.5).toLocaleString(process.env.LC_ALL?.slice(0, 2) === "de" ? "de" : "en") });',
    says: /differs in hit.size/,
  },
];

test.concurrent.each(faults)("$rule sees $what", async ({ rule, from, to, argv, recipe, says }) => {
  expect(goodTool.split(from)).toHaveLength(2);
  const { path, cwd } = await tool(
    process.execPath,
    goodTool.replace(from, () => to),
  );
  const look = (): ReturnType<typeof lintAll> =>
    lintAll({
      argv: [path, ...(argv ?? list)],
      cwd,
      rules: [rule],
      allowWrites: true,
      deadlineMs: 8000,
      ...(recipe === undefined ? {} : { recipe }),
    });
  let checks = await look();
  // On a machine too busy to tell it says so, and is asked again.
  for (let again = 0; again < 3 && checks.get(rule)?.verdict === "not_verified"; again += 1) {
    checks = await look();
  }
  expect(checks.get(rule)).toMatchObject({ verdict: "failed" });
  expect(failures(checks)[rule]).toMatch(says);
});

test("a command that says it is alive is not taken for one that waits for input", async () => {
  const busy =
    "async function list() { setInterval(() => emit({ type: 'aoi:heartbeat', at: new Date().toISOString() }), 200); if (require('node:fs').fstatSync(0).isFIFO()) await tick(60000);";
  const { path, cwd } = await tool(
    process.execPath,
    goodTool.replace("async function list() {", () => busy),
  );
  const checks = await lintAll({
    argv: [path, ...list],
    cwd,
    rules: ["TIME-003"],
    deadlineMs: 2000,
  });
  expect(checks.get("TIME-003")?.verdict).not.toBe("failed");
});
