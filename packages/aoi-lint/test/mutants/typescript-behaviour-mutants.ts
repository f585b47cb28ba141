import type { Row } from "./mutant.ts";
import { save, shout } from "./mutant.ts";

const hooks = "  installProcessHooks({ stream });\n";
const planned = '      await stream.plan({ action: "write", path, bytes });\n';
const saved = '    await stream.emit({ type: "saved", path, bytes });\n';
const over = "process.reallyExit";
const cancelled = 'stream.endNow({ kind: "signal", signal: "SIGINT" }); stream.output.flushSync();';

/** Sets signal handlers that replace those of the protocol. */
function onSignal(name: string, body: string): string {
  return `${hooks}  process.removeAllListeners("${name}");\n  process.on("${name}", () => { ${body} });\n`;
}

/** TypeScript: closed pipes, signals, time, effects, secrets, input. */
export const typescriptBehaviourRows: readonly Row[] = [
  [
    "exit-0-on-close",
    "SIG-001",
    "ends with 0 when the reader leaves",
    hooks,
    `  stream.output.onFailure(() => ${over}(0));\n${hooks}`,
  ],
  [
    "throws-on-close",
    "SIG-001",
    "dies with a stack when the reader leaves",
    hooks,
    `  stream.output.onFailure((failure) => { console.error(failure.cause.stack); ${over}(1); });\n${hooks}`,
  ],
  ["no-hooks", "SIG-002", "has no signal handlers", hooks, ""],
  [
    "interrupt-exits-0",
    "SIG-002",
    "ends with 0 after SIGINT",
    hooks,
    onSignal("SIGINT", `${cancelled} ${over}(0);`),
  ],
  [
    "slow-to-stop",
    "SIG-002",
    "takes five seconds to stop",
    hooks,
    onSignal("SIGINT", `setTimeout(5000).then(() => { ${cancelled} ${over}(130); });`),
  ],
  [
    "no-terminate-handler",
    "SIG-003",
    "dies of SIGTERM without a summary",
    hooks,
    `${hooks}  process.removeAllListeners("SIGTERM");\n`,
  ],
  [
    "terminate-exits-130",
    "SIG-003",
    "ends with 130 after SIGTERM",
    hooks,
    onSignal("SIGTERM", `${cancelled} ${over}(130);`),
  ],
  [
    "two-ends",
    "SIG-004",
    "ends its stream once for each SIGINT",
    hooks,
    onSignal(
      "SIGINT",
      'const end = \'{"type":"aoi:summary","ok":false,"count":0,"partial":true}\\n\'; process.getBuiltinModule("node:fs").writeSync(1, end); setTimeout(300).then(() => process.reallyExit(130));',
    ),
  ],
  [
    "leaves-temporary-file",
    "SIG-005",
    "leaves a temporary folder behind when ended",
    hooks,
    '  process.getBuiltinModule("node:fs").mkdtempSync(`${process.env["TMPDIR"]}/hello-`);\n' +
      hooks,
  ],
  ["no-deadline", "TIME-001", "takes a deadline and ignores it", "> timeoutMs)", "> Infinity)"],
  ["no-heartbeat", "TIME-002", "sends no heartbeat", "    await stream.heartbeat();\n", ""],
  [
    "asks-first",
    "TIME-003",
    "asks whether it may start",
    hooks,
    `${hooks}  process.stderr.write("Start? ");\n  process.getBuiltinModule("node:fs").readSync(0, Buffer.alloc(1));\n`,
  ],
  ["dry-run-writes", "SAFE-001", "writes in a dry run", `${planned}      return;\n`, planned, save],
  [
    "prints-environment",
    "RED-001",
    "tells its environment on stderr",
    hooks,
    `${hooks}  console.error(process.env);\n`,
  ],
  [
    "echoes-arguments",
    "RED-002",
    "repeats its arguments on stderr when they are wrong",
    'throw new UserError("usage", "BAD_ARGUMENTS", `${message}; see',
    'console.error("cannot understand", process.argv);\n    throw new UserError("usage", "BAD_ARGUMENTS", `${message}; see',
  ],
  [
    "refuses-own-output",
    "IN-001",
    "refuses aoi:meta on its input",
    '    if (type === "hit" && typeof id',
    '    if (type === "aoi:meta") await fail(new UserError("validation", "UNKNOWN_EVENT", type));\n    if (type === "hit" && typeof id',
    shout,
  ],
  [
    "drops-bad-lines",
    "IN-002",
    "drops malformed lines without a word",
    "    for (const error of malformed.splice(0)) await fail(error);\n",
    "    malformed.splice(0);\n",
    shout,
  ],
  [
    "takes-cut-stream",
    "IN-003",
    "takes a stream that was cut off for a whole one",
    "    errors.push(error);\n",
    "",
    shout,
  ],
  [
    "ignores-upstream-failure",
    "IN-004",
    "succeeds though the tool upstream failed",
    'type === "aoi:summary" && event["ok"] !== true',
    "inputCount < 0",
    shout,
  ],
  [
    "refuses-unknown-types",
    "IN-005",
    "fails at an event type it does not know",
    '    } else if (type === "aoi:summary" &&',
    '    } else if (!type.startsWith("aoi:")) {\n      throw new UserError("validation", "UNKNOWN_EVENT", type);\n    } else if (type === "aoi:summary" &&',
    shout,
  ],
  [
    "slurps-input",
    "IN-006",
    "holds its whole input in memory",
    "    inputCount += 1;\n",
    "    inputCount += 1;\n    (globalThis.kept ??= []).push({ ...event, copy: JSON.parse(JSON.stringify(event)), padding: Buffer.alloc(4096) });\n",
    shout,
  ],
  [
    "waits-for-all-input",
    "PIPE-001",
    "writes nothing before its input ends",
    "of untilCutOff(events, malformed)) {",
    "of await Array.fromAsync(untilCutOff(events, malformed))) {",
    shout,
  ],
  [
    "schema-loses-field",
    "VER-001",
    "takes a field out of its schema",
    'event("saved", { path: text, bytes: whole })',
    'event("saved", { path: text })',
  ],
  [
    "local-number",
    "L10N-001",
    "writes the local time zone into an id",
    "id: `doc_${line}`",
    "id: `doc_${line}_${new Date().getTimezoneOffset()}`",
  ],
  [
    "random-id",
    "DET-001",
    "gives another id each time",
    "id: `doc_${line}`",
    "id: `doc_${line}_${Math.random()}`",
  ],
  ["no-audit", "AUD-001", "does not say what it wrote", saved, "", save],
];
