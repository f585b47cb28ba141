/** `npm run check`: every gate in turn, one line each; fails at the end with the names of the red ones. */
import { spawnSync } from "node:child_process";

const requiredMajor = 24;

interface Gate {
  readonly name: string;
  readonly command: readonly string[];
}

const gates: readonly Gate[] = [
  { name: "format", command: ["oxfmt", "--check", "."] },
  { name: "lint", command: ["oxlint", "--type-aware"] },
  { name: "types", command: ["tsc", "-b"] },
  { name: "types (tests)", command: ["tsc", "-p", "tsconfig.tests.json"] },
  { name: "floors", command: ["node", "tools/check-floors.ts"] },
  { name: "dead code", command: ["knip", "--no-progress"] },
  { name: "fast tests", command: ["vitest", "run", "--project", "fast"] },
];

/** Runs the gates whose name starts with one of `only` (all when empty); returns the red ones. */
export function runGates(only: readonly string[]): string[] {
  const chosen = gates.filter(
    (gate) => only.length === 0 || only.some((prefix) => gate.name.startsWith(prefix)),
  );
  const red: string[] = [];
  for (const { name, command } of chosen) {
    const startedAtMs = Date.now();
    const [program = "", ...args] = command;
    const result = spawnSync(program, args, { stdio: "inherit" });
    const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(1);
    const verdict = result.status === 0 ? "ok" : "FAILED";
    console.log(`check: ${name} ${verdict} (${seconds} s)`);
    if (result.status !== 0) red.push(name);
  }
  if (chosen.length === 0) red.push(`no gate is named ${only.join(", ")}`);
  return red;
}

if (import.meta.main) {
  const major = Number(process.versions.node.split(".")[0]);
  console.log(`check: Node ${process.version}`);
  if (major !== requiredMajor) {
    console.error(
      `check runs on Node ${requiredMajor}, not ${process.version}; use "npm run check"`,
    );
    process.exitCode = 1;
  } else {
    const red = runGates(process.argv.slice(2));
    if (red.length > 0) console.error(`check: red: ${red.join(", ")}`);
    process.exitCode = red.length > 0 ? 1 : 0;
  }
}
