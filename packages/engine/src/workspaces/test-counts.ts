export interface TestCounts {
  readonly passed: number | null;
  readonly failed: number | null;
}

/** What common runners print at their end; the last match of the first pattern that matches counts. */
const patterns: readonly { readonly passed: RegExp; readonly failed: RegExp }[] = [
  { passed: /^(?:ℹ|#) pass (\d+)$/gm, failed: /^(?:ℹ|#) fail (\d+)$/gm },
  { passed: /^\s*Tests:?\s.*?(\d+) passed/gm, failed: /^\s*Tests:?\s.*?(\d+) failed/gm },
  { passed: /^test result: \w+\. (\d+) passed/gm, failed: /^test result: .*?(\d+) failed/gm },
  { passed: /(\d+) passed.* in [\d.]+s/g, failed: /(\d+) failed.* in [\d.]+s/g },
  { passed: /^(\d+) passed, \d+ failed$/gm, failed: /^\d+ passed, (\d+) failed$/gm },
];

function lastNumber(pattern: RegExp, text: string): number | null {
  const match = [...text.matchAll(pattern)].at(-1);
  return match?.[1] === undefined ? null : Number(match[1]);
}

/** Counts that node:test, vitest, jest, cargo and pytest print; `null` where the output tells none. */
export function testCounts(output: string): TestCounts {
  for (const { passed, failed } of patterns) {
    const counts = { passed: lastNumber(passed, output), failed: lastNumber(failed, output) };
    if (counts.passed === null && counts.failed === null) continue;
    return { passed: counts.passed ?? 0, failed: counts.failed ?? 0 };
  }
  return { passed: null, failed: null };
}
