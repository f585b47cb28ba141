import type { Row } from "./mutant.ts";
import { save, tick } from "./mutant.ts";

const firstImport = 'import { join } from "node:path";\n';
const hit = 'await stream.emit({ type: "hit", rank: line, id: `doc_${line}`, title });';
const hooks = "  installProcessHooks({ stream });\n";
const ended =
  '  const { ok } = await stream.summary(fields);\n  return ok ? 0 : exitCodes[failure ?? "partial"];\n';
const shown = "    await out.write(`${document()}\\n`);\n";
const over = "process.reallyExit";

/** Changes what goes out on standard output, behind the emitter's back. */
function rewritten(change: string): string {
  return `${firstImport}const fs = process.getBuiltinModule("node:fs");
const write = fs.writeSync;
fs.writeSync = (fd, data) => {
  let rest = Buffer.from((${change})(String(data)));
  while (rest.length > 0) {
    try {
      rest = rest.subarray(write(fd, rest));
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
  return data.length;
};
`;
}

/** TypeScript: the stream and its documents, as people get them wrong on a good library, or around it. */
export const typescriptStreamRows: readonly Row[] = [
  [
    "latin-1",
    "STR-001",
    "writes Latin-1",
    firstImport,
    rewritten('(text) => Buffer.from(text, "latin1")'),
  ],
  [
    "console-log",
    "STR-002",
    "logs to standard output",
    hooks,
    `${hooks}  console.log("Searching for", rest);\n`,
  ],
  [
    "array-around",
    "STR-002",
    "writes one array around all events",
    firstImport,
    rewritten('(text) => "[" + text.trimEnd().split("\\n").join(",\\n") + "]\\n"'),
  ],
  [
    "forced-colour",
    "STR-003",
    "paints lines when colour is forced",
    firstImport,
    rewritten(
      '(text) => (process.env.FORCE_COLOR ? text.replaceAll("hit", "\\u001b[1mhit\\u001b[0m") : text)',
    ),
  ],
  [
    "spinner",
    "STR-003",
    "turns a spinner on a terminal",
    hooks,
    `${hooks}  if (process.stdout.isTTY) process.stdout.write("\\r| \\r");\n`,
  ],
  [
    "null-type",
    "STR-004",
    "has null as type",
    firstImport,
    rewritten('(text) => text.replaceAll(\'"type":"hit"\', \'"type":null\')'),
  ],
  [
    "no-final-newline",
    "STR-005",
    "ends without a line feed",
    firstImport,
    rewritten('(text) => (text.includes("aoi:summary") ? text.trimEnd() : text)'),
  ],
  [
    "long-line",
    "STR-006",
    "writes a title of 2 MiB",
    hit,
    hit.replace("title }", "title: title.repeat(line === 1 ? 200_000 : 1) }"),
  ],
  [
    "unsafe-integer",
    "STR-007",
    "writes integers beyond 2^53",
    firstImport,
    rewritten("(text) => text.replaceAll('\"rank\":', '\"rank\":9007199254740993')"),
  ],
  [
    "collects",
    "STR-008",
    "collects its events and writes them at the end",
    '    await stream.emit({ type: "tick", number });\n    await stream.heartbeat();\n',
    '    if (number === times) for (let one = 1; one <= times; one += 1) await stream.emit({ type: "tick", number: one });\n',
    tick,
  ],
  [
    "file-differs",
    "STR-009",
    "writes fewer fields into a file",
    hit,
    hit
      .replace("title }", '...(fs.fstatSync(1).isFile() ? { title: "" } : { title }) }')
      .replace("await", 'const fs = process.getBuiltinModule("node:fs");\n    await'),
  ],
  [
    "lost-at-exit",
    "STR-010",
    "ends before its output is drained",
    ended,
    `  process.stdout.write("");\n  const summary = stream.summary(fields);\n  setImmediate(() => ${over}(0));\n  await summary;\n  return 0;\n`,
  ],
  [
    "legacy",
    "NAME-001",
    "speaks the old dialect",
    firstImport,
    rewritten("(text) => text.replaceAll('\"aoi:', '\"')"),
  ],
  [
    "mixed",
    "NAME-002",
    "closes with summary",
    firstImport,
    rewritten("(text) => text.replace('\"aoi:summary\"', '\"summary\"')"),
  ],
  [
    "own-prefix",
    "NAME-003",
    "names its own event aoi:hit",
    firstImport,
    rewritten("(text) => text.replaceAll('\"hit\"', '\"aoi:hit\"')"),
  ],
  [
    "hit-before-meta",
    "META-001",
    "writes an event before aoi:meta",
    firstImport,
    rewritten(
      '(text) => (text.includes(\'"aoi:meta"\') ? \'{"type":"hit","rank":0,"id":"x","title":"x"}\\n\' : "") + text',
    ),
  ],
  [
    "no-tool-version",
    "META-002",
    "leaves tool_version out",
    firstImport,
    rewritten('(text) => text.replace(\'"tool_version":"1.0.0",\', "")'),
  ],
  [
    "empty-command",
    "META-002",
    "has no command",
    firstImport,
    rewritten('(text) => text.replace(/,"command":"\\w+"/, "")'),
  ],
  [
    "half-version",
    "META-003",
    "calls its schema version 1.0",
    'const schemaVersion = "1.0.0"',
    'const schemaVersion = "1.0"',
  ],
  [
    "two-metas",
    "META-004",
    "writes aoi:meta twice",
    firstImport,
    rewritten('(text) => text.replace(/.*"aoi:meta".*\\n/, "$&$&")'),
  ],
  [
    "other-version",
    "META-005",
    "prints another version than its stream",
    '["--version", () => `${tool} ${version}`]',
    '["--version", () => `${tool} 0.0.1`]',
  ],
  [
    "args-in-meta",
    "META-006",
    "repeats its arguments in aoi:meta",
    firstImport,
    rewritten(
      '(text) => text.replace(\'{"type":"aoi:meta"\', `{"type":"aoi:meta","args":${JSON.stringify(process.argv)}`)',
    ),
  ],
  [
    "exits-early",
    "SUM-001",
    "ends the process without a summary",
    "  const { ok } = await stream.summary(fields);\n",
    `  await stream.output.flush();\n  ${over}(0);\n  const { ok } = await stream.summary(fields);\n`,
  ],
  [
    "writes-on",
    "SUM-001",
    "writes on after aoi:summary",
    "  const { ok } = await stream.summary(fields);\n",
    '  const { ok } = await stream.summary(fields);\n  await stream.output.write(\'{"type":"done"}\\n\');\n  await stream.output.flush();\n',
  ],
  [
    "count-is-null",
    "SUM-002",
    "gives no number as count",
    firstImport,
    rewritten('(text) => text.replace(/"count":\\d+/, \'"count":null\')'),
  ],
  [
    "counts-all-lines",
    "SUM-003",
    "counts aoi:meta and aoi:summary too",
    firstImport,
    rewritten(
      '(text) => text.replace(/"count":(\\d+)/, (_, count) => `"count":${Number(count) + 2}`)',
    ),
  ],
  [
    "warnings-unseen",
    "SUM-004",
    "counts a warning nobody gave",
    firstImport,
    rewritten("(text) => text.replace('\"warning_count\":0', '\"warning_count\":1')"),
  ],
  [
    "ok-after-error",
    "SUM-005",
    "says ok: true after an error",
    firstImport,
    rewritten(
      '(text) => text.replace(\'"ok":false\', \'"ok":true\').replace(\'"partial":true,\', "")',
    ),
  ],
  [
    "seconds",
    "SUM-006",
    "gives a clock time as elapsed_ms",
    firstImport,
    rewritten('(text) => text.replace(/"elapsed_ms":\\d+/, () => `"elapsed_ms":${Date.now()}`)'),
  ],
  [
    "throws-away-summary",
    "SUM-007",
    "prints its error on stderr and ends",
    "    await fail(error);\n    fields = { partial: true };\n",
    `    console.error(String(error));\n    stream.output.flushSync();\n    ${over}(1);\n`,
  ],
  [
    "no-category",
    "ERR-001",
    "leaves the category out",
    firstImport,
    rewritten('(text) => text.replace(/"category":"\\w+",/, "")'),
  ],
  [
    "retryable-as-text",
    "ERR-001",
    "gives retryable as text",
    firstImport,
    rewritten('(text) => text.replace(\'"retryable":false\', \'"retryable":"no"\')'),
  ],
  [
    "upper-case-category",
    "ERR-002",
    "writes categories in upper case",
    firstImport,
    rewritten(
      '(text) => text.replace(/"category":"(\\w+)"/, (all) => all.replace(/:.*/, (name) => name.toUpperCase()))',
    ),
  ],
  [
    "never-retryable",
    "ERR-003",
    "calls a timeout final",
    'throw new RetryableError("timeout"',
    'throw new UserError("timeout"',
    tick,
  ],
  [
    "camel-code",
    "ERR-005",
    "writes codes in camel case",
    'throw new UserError("usage", "BAD_ARGUMENTS", `${message}; see',
    'throw new UserError("usage", "badArguments", `${message}; see',
  ],
  [
    "bad-flag-is-validation",
    "ERR-006",
    "calls an unknown flag a validation error",
    'throw new UserError("usage", "BAD_ARGUMENTS", `${message}; see',
    'throw new UserError("validation", "BAD_ARGUMENTS", `${message}; see',
  ],
  [
    "absent-is-internal",
    "ERR-007",
    "calls an absent file an internal error",
    'const category = isAbsent ? "not_found" : "io";',
    'const category = "internal";',
  ],
  [
    "stack-in-message",
    "ERR-008",
    "puts a stack into the message",
    "`cannot read ${path}: ${String(cause.code)}`",
    "String(cause.stack)",
  ],
  [
    "exit-0-on-failure",
    "EXIT-001",
    "ends with 0 after a failure",
    '  return ok ? 0 : exitCodes[failure ?? "partial"];\n',
    `  await stream.output.flush();\n  ${over}(0);\n  return 0;\n`,
  ],
  [
    "exit-1-for-all",
    "EXIT-002",
    "ends with 1 after any failure",
    '  return ok ? 0 : exitCodes[failure ?? "partial"];\n',
    "  return ok ? 0 : 1;\n",
  ],
  [
    "two-documents",
    "DISC-001",
    "prints a note after its capabilities",
    shown,
    `${shown}    await out.write("done\\n");\n`,
  ],
  [
    "bad-keyword",
    "DISC-002",
    "gives a schema that is none",
    'required: ["type", ...Object.keys(properties)],',
    "required: true,",
  ],
  [
    "needs-key",
    "DISC-003",
    "wants a key before it says what it can",
    shown,
    `    if (process.env["HELLO_TOKEN"] === undefined) return 77;\n${shown}`,
  ],
  [
    "slow-discovery",
    "DISC-005",
    "takes two seconds to say what it can",
    shown,
    `    await setTimeout(2000);\n${shown}`,
  ],
  [
    "rank-as-text",
    "DISC-006",
    "writes the rank as text against its schema",
    hit,
    hit.replace("rank: line", "rank: String(line)"),
  ],
  [
    "undeclared-type",
    "DISC-007",
    "declares match and writes hit",
    '["search", { run: search, reads: false, types: ["hit"] }]',
    '["search", { run: search, reads: false, types: ["match"] }]',
  ],
  [
    "undeclared-version",
    "DISC-008",
    "writes a schema version it does not declare",
    "versions: [schemaVersion],",
    'versions: ["2.0.0"],',
  ],
  [
    "declares-cursor",
    "DISC-009",
    "declares a cursor that tick refuses",
    'supports_cursor: name === "search"',
    "supports_cursor: true",
    tick,
  ],
  [
    "read-only-sink",
    "DISC-010",
    "calls a command that writes read-only",
    'read_only: name !== "save"',
    "read_only: true",
    save,
  ],
  [
    "limit-plus-one",
    "BND-001",
    "gives one result more than asked",
    "if (count === limit)",
    "if (count > limit)",
  ],
  [
    "no-cursor",
    "BND-002",
    "truncates without a cursor",
    "return { truncated: true, next_cursor: `after-${last}` };",
    "return { truncated: true };",
  ],
  [
    "page-overlap",
    "BND-003",
    "repeats the last result on the next page",
    "if (line <= after ||",
    "if (line < after ||",
  ],
  [
    "no-default-limit",
    "BND-004",
    "lists all without a limit",
    'limit: { type: "string", default: "1000" }',
    'limit: { type: "string", default: "100000000" }',
  ],
  [
    "bad-cursor-is-page-1",
    "BND-005",
    "starts anew at a cursor it does not know",
    '  throw new UserError("validation", "CURSOR_INVALID", "--cursor takes a next_cursor of ours");\n',
    "  return 0;\n",
  ],
];
