/**
 * `npm run capture`: runs the demo in an empty home, without any provider's key, and puts what it printed between the
 * `run` markers of README.md. Refuses a run that did not end at COMPLETE.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { writeSection } from "./marked-section.ts";
import { requireNode } from "./require-node.ts";

const readme = "README.md";
const shown = { head: 40, tail: 30 };
const deadlineMs = 300_000;
const program = ["node", "--conditions=aomori-source", "packages/cli/src/bin.ts"];

function runInHome(home: string, args: readonly string[]): { status: number | null; text: string } {
  const [command = "", ...before] = program;
  const { PATH, LANG } = process.env;
  const temporary = join(home, "tmp");
  mkdirSync(temporary, { recursive: true });
  const ran = spawnSync(command, [...before, ...args], {
    encoding: "utf8",
    timeout: deadlineMs,
    env: {
      PATH,
      LANG,
      HOME: home,
      AOMORI_HOME: join(home, ".aomori"),
      TMPDIR: temporary,
      NO_COLOR: "1",
      COLUMNS: "100",
    },
  });
  return { status: ran.status, text: `${ran.stderr}${ran.stdout}` };
}

/** The run as it is printed in the README: no control characters, no paths of this machine, the middle left out. */
export function runText(text: string, home: string): string {
  const lines = stripVTControlCharacters(text)
    .replaceAll(join(home, "tmp"), "$TMPDIR")
    .replaceAll(home, "~")
    .trimEnd()
    .split("\n")
    .map((line) => line.trimEnd());
  const hidden = lines.length - shown.head - shown.tail;
  if (hidden <= 1) return lines.join("\n");
  const gap = `  … ${hidden} lines …`;
  return [...lines.slice(0, shown.head), gap, ...lines.slice(-shown.tail)].join("\n");
}

function capture(): void {
  requireNode();
  const home = mkdtempSync(join(tmpdir(), "aomori-capture-"));
  try {
    const startedAtMs = performance.now();
    const { status, text } = runInHome(home, ["demo", "--format", "table"]);
    const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(0);
    runInHome(home, ["server", "stop"]);
    if (status !== 0 || !text.includes("COMPLETE")) {
      throw new Error(`the demo ended with ${status} and not at COMPLETE:\n${text}`);
    }
    const when = `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${seconds} s`;
    const body = `\`npm run demo\` as it ran on ${when}:\n\n\`\`\`text\n${runText(text, home)}\n\`\`\`\n`;
    writeFileSync(readme, writeSection(readFileSync(readme, "utf8"), "run", body));
    console.log(`${readme}: run`);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

if (import.meta.main) capture();
