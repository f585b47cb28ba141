/** Writes one line per finished test file to AOMORI_TALLY_FILE, so that a run which is cut short is counted too. */
import { appendFileSync } from "node:fs";
import type { Reporter, SerializedError, TestCase, TestModule, TestSuite } from "vitest/node";
import type { SkippedTest, TallyLine } from "./tally.ts";

const skipWord = /\b(skipped|needs)\b/i;

/** What `skip(note)` said, or else the title that explains it. */
function reasonOf(test: TestCase): string | null {
  const result = test.result();
  if (result.state === "skipped" && result.note !== undefined) return result.note;
  let suite: TestSuite | TestModule = test.parent;
  while (suite.type === "suite") {
    if (skipWord.test(suite.name)) return suite.name;
    suite = suite.parent;
  }
  return skipWord.test(test.name) ? test.name : null;
}

function lineOf(module: TestModule): TallyLine {
  const file = module.relativeModuleId;
  const failed: string[] = [];
  const skipped: SkippedTest[] = [];
  let passed = 0;
  for (const test of module.children.allTests()) {
    const name = `${file} > ${test.fullName}`;
    const { state } = test.result();
    if (state === "passed") passed += 1;
    else if (state === "skipped") skipped.push({ name, reason: reasonOf(test) });
    else failed.push(name);
  }
  const broken = [module, ...module.children.allSuites()].filter(
    (part) => part.errors().length > 0,
  );
  for (const part of broken)
    failed.push(`${file} > ${part.type === "suite" ? part.fullName : "the file itself"}`);
  return { kind: "file", file, passed, failed, skipped };
}

export default class TallyReporter implements Reporter {
  readonly #path: string | undefined = process.env["AOMORI_TALLY_FILE"];

  onTestModuleEnd(module: TestModule): void {
    this.#write(lineOf(module));
  }

  onTestRunEnd(_modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    this.#write({ kind: "end", errors: errors.map(({ message }) => `unhandled: ${message}`) });
  }

  #write(line: TallyLine): void {
    if (this.#path !== undefined) appendFileSync(this.#path, `${JSON.stringify(line)}\n`);
  }
}
