/** Writes one line per finished test file to AOMORI_TALLY_FILE, so that a run which is cut short is counted too. */
import { appendFileSync } from "node:fs";
import type { Reporter, SerializedError, TestCase, TestModule, TestSuite } from "vitest/node";
import { failedTest } from "./failure-reason.ts";
import type { FailedTest, SkippedTest, TallyLine } from "./tally.ts";

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

const failed = (name: string, errors: readonly SerializedError[]): FailedTest =>
  failedTest(name, errors, process.cwd());

function lineOf(module: TestModule): TallyLine {
  const file = module.relativeModuleId;
  const failures: FailedTest[] = [];
  const skipped: SkippedTest[] = [];
  let passed = 0;
  for (const test of module.children.allTests()) {
    const name = `${file} > ${test.fullName}`;
    const { state, errors } = test.result();
    if (state === "passed") passed += 1;
    else if (state === "skipped") skipped.push({ name, reason: reasonOf(test) });
    else failures.push(failed(name, errors ?? []));
  }
  const broken = [module, ...module.children.allSuites()].filter(
    (part) => part.errors().length > 0,
  );
  for (const part of broken) {
    const name = part.type === "suite" ? part.fullName : "the file itself";
    failures.push(failed(`${file} > ${name}`, part.errors()));
  }
  return { kind: "file", file, passed, failed: failures, skipped };
}

export default class TallyReporter implements Reporter {
  readonly #path: string | undefined = process.env["AOMORI_TALLY_FILE"];

  onTestModuleEnd(module: TestModule): void {
    this.#write(lineOf(module));
  }

  onTestRunEnd(_modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    this.#write({
      kind: "end",
      errors: errors.map((error) => failed("an error outside of all tests", [error])),
    });
  }

  #write(line: TallyLine): void {
    if (this.#path !== undefined) appendFileSync(this.#path, `${JSON.stringify(line)}\n`);
  }
}
