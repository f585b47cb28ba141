import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { Check, LintOptions } from "../src/index.ts";
import { lint } from "../src/index.ts";

const made: string[] = [];

afterAll(async () => {
  await Promise.all(made.map((path) => rm(path, { recursive: true, force: true })));
});

/** A real, empty folder that is removed when the file's tests are done: they run at the same time. */
export async function temporaryFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "aoi-lint-test-"));
  made.push(path);
  return path;
}

/** An executable file with these lines, and an empty folder to run it in. */
export async function tool(
  interpreter: string,
  source: string,
): Promise<{ readonly path: string; readonly cwd: string }> {
  const folder = await temporaryFolder();
  const path = join(folder, "tool");
  await writeFile(path, `#!${interpreter}\n${source}`);
  await chmod(path, 0o755);
  return { path, cwd: await temporaryFolder() };
}

/** Checks by rule id. */
export async function lintAll(
  options: Omit<LintOptions, "environment">,
): Promise<ReadonlyMap<string, Check>> {
  const checks = new Map<string, Check>();
  for await (const check of lint({ environment: process.env, ...options })) {
    checks.set(check.rule, check);
  }
  return checks;
}

/** The rules that failed, with what was found first. */
export function failures(checks: ReadonlyMap<string, Check>): Record<string, string> {
  const failed = [...checks.values()].filter(({ verdict }) => verdict === "failed");
  return Object.fromEntries(
    failed.map(({ rule, findings }) => [rule, findings[0]?.message ?? "nothing said"]),
  );
}

export const meta =
  '{"type":"aoi:meta","tool":"tiny","tool_version":"1.0.0","aoi_version":"0.2","schema_name":"com.example.tiny.events","schema_version":"1.0.0","command":"list"}';
export const hit = '{"type":"hit","id":1}';
export const summary = '{"type":"aoi:summary","ok":true,"count":1}';
export const goodStream = `${meta}\n${hit}\n${summary}\n`;

/** A tool without any fault, in plain JavaScript: lists, pages, waits, reads, writes, refuses and takes signals. */
export const goodTool = String.raw`
const { writeSync, writeFileSync, readFileSync, existsSync, rmSync } = require("node:fs");
const args = process.argv.slice(2);
const flag = (name) => { const at = args.indexOf(name); return at === -1 ? undefined : args[at + 1]; };
const known = ["--output", "--limit", "--cursor", "--dry-run", "--yes", "--input-jsonl", "--count", "--every-ms"];
const values = ["--output", "--limit", "--cursor", "--input-jsonl", "--count", "--every-ms", "--command"];
const command = args[0];
const schema = { $schema: "https://json-schema.org/draft/2020-12/schema", title: "com.example.tiny.events@1.0.0",
  anyOf: [
    { type: "object", properties: { type: { const: "hit" }, id: { type: "integer" } }, required: ["type", "id"] },
    { type: "object", properties: { type: { const: "removed" }, path: { type: "string" } }, required: ["type", "path"] },
    { type: "object", properties: { type: { pattern: "^aoi:" } }, required: ["type"] },
  ] };
if (command === "capabilities") {
  const plain = { bounded: true, event_types: ["aoi:meta", "hit", "aoi:summary"], destructive: false };
  console.log(JSON.stringify({ tool: "tiny", tool_version: "1.0.0", aoi_versions: ["0.2"],
    schemas: [{ name: "com.example.tiny.events", versions: ["1.0.0"], default: "1.0.0" }],
    commands: [{ name: "list", read_only: true, supports_cursor: true, ...plain },
      { name: "copy", read_only: true, ...plain },
      { name: "remove", ...plain, read_only: false, destructive: true, requires_confirm: true, supports_dry_run: true, event_types: ["removed", "aoi:plan"] }] }));
  process.exit(0);
}
if (command === "schema") { console.log(JSON.stringify(schema)); process.exit(0); }
if (args.includes("--version")) { console.log("tiny 1.0.0"); process.exit(0); }
let results = 0, errors = 0, ended = false;
const startedAt = performance.now();
const emit = (event) => {
  const bytes = Buffer.from(JSON.stringify(event) + "\n");
  for (let sent = 0; sent < bytes.length; ) {
    try { sent += writeSync(1, bytes, sent); }
    catch (error) {
      if (error.code === "EPIPE") process.exit(141);
      if (error.code !== "EAGAIN") process.exit(74);
    }
  }
};
const fail = (category, code, message, more = {}) => {
  errors += 1;
  emit({ type: "aoi:error", code, category, message, retryable: false, ...more });
};
const end = (status, more = {}) => {
  ended = true;
  emit({ type: "aoi:summary", ok: status === 0, count: results, error_count: errors,
    elapsed_ms: Math.round(performance.now() - startedAt), ...more });
  process.exit(status);
};
const stop = (name, status) => () => {
  if (ended) process.exit(status);
  fail("cancelled", "INTERRUPTED", "stopped by " + name);
  end(status, { partial: true });
};
process.on("SIGINT", stop("SIGINT", 130));
process.on("SIGTERM", stop("SIGTERM", 143));
const tick = (ms = 0) => new Promise((resolve) => (ms ? setTimeout(resolve, ms) : setImmediate(resolve)));
emit({ type: "aoi:meta", tool: "tiny", tool_version: "1.0.0", aoi_version: "0.2",
  schema_name: "com.example.tiny.events", schema_version: "1.0.0", command: command ?? "none",
  ...(command === "copy" ? { input_schemas: ["com.example.tiny.events@1.0.0"] } : {}) });
const unknown = args.find((word) => word.startsWith("--") && !known.includes(word));
async function list() {
  const total = Number(flag("--count") ?? 5);
  const cursor = flag("--cursor");
  if (cursor !== undefined && !/^after-\d+$/.test(cursor)) {
    fail("validation", "INVALID_CURSOR", "no such cursor"); end(65);
  }
  const first = cursor === undefined ? 0 : Number(cursor.slice(6));
  const last = Math.min(total, first + Number(flag("--limit") ?? Infinity));
  for (let id = first; id < last; id += 1) {
    await tick(Number(flag("--every-ms") ?? 0));
    emit({ type: "hit", id });
    results += 1;
  }
  await tick();
  end(0, last < total ? { truncated: true, next_cursor: "after-" + last } : { truncated: false });
}
async function copy() {
  let number = 0, seen, rest = "";
  const all = [];
  const take = (line) => {
    number += 1;
    if (line.trim() === "") return;
    let event;
    try { event = JSON.parse(line); }
    catch { fail("validation", "INPUT_JSONL_PARSE_ERROR", "line " + number + " is not JSON", { line: number }); return; }
    if (event.type === "hit") { emit({ type: "hit", id: event.id }); results += 1; }
    if (event.type === "aoi:error") fail("internal", "UPSTREAM_FAILED", "the input tells of an error");
    if (event.type === "aoi:summary") seen = event;
  };
  for await (const chunk of process.stdin.setEncoding("utf8")) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop();
    lines.forEach(take);
  }
  all.forEach(take);
  if (rest !== "") take(rest);
  if (seen === undefined) fail("io", "UPSTREAM_NO_SUMMARY", "the input ends without a summary");
  end(errors > 0 || seen?.ok !== true ? 1 : 0, errors > 0 ? { partial: true } : {});
}
function remove() {
  if (args.includes("--dry-run")) { emit({ type: "aoi:plan", action: "remove", path: "a.txt" }); results += 1; end(0); }
  if (!args.includes("--yes")) { fail("usage", "CONFIRMATION_REQUIRED", "add --yes"); end(64); }
  rmSync("a.txt");
  emit({ type: "removed", path: "a.txt" });
  results += 1;
  end(0);
}
if (unknown !== undefined) { fail("usage", "UNKNOWN_FLAG", "unknown flag " + unknown.split("=")[0]); end(64); }
if (command === "list") void list();
else if (command === "copy") void copy();
else if (command === "remove") remove();
else { fail("usage", "UNKNOWN_COMMAND", "no such command"); end(64); }
`;
