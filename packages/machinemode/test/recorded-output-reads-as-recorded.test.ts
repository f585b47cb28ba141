import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { corpusCases } from "./corpus-cases.ts";
import { planOf } from "./plan-of.ts";
import { replayed } from "./replay.ts";

const corpora = fileURLToPath(new URL("corpora", import.meta.url));

interface Recorded {
  readonly words: readonly string[];
  readonly stdout_base64: string;
  readonly items: readonly unknown[];
}

test("every case is recorded", () => {
  expect(readdirSync(corpora).toSorted()).toEqual(
    corpusCases.map(({ name }) => `${name}.json`).toSorted(),
  );
});

test.each(corpusCases.map(({ name }) => name))(
  "%s reads the same, however its output is cut",
  async (name) => {
    const recorded: Recorded = JSON.parse(readFileSync(join(corpora, `${name}.json`), "utf8"));
    const plan = await planOf(recorded.words, "/");
    const stdout = Buffer.from(recorded.stdout_base64, "base64");
    for (const size of [1, 7, 4096]) {
      const items = await replayed(plan, stdout, size);
      expect(
        JSON.parse(
          JSON.stringify(items, (_key, value: unknown) =>
            typeof value === "bigint" ? value.toString() : value,
          ),
        ),
      ).toEqual(recorded.items);
    }
  },
);

test("output that is cut short never makes a record that the whole does not have", async () => {
  for (const { name } of corpusCases) {
    const recorded: Recorded = JSON.parse(readFileSync(join(corpora, `${name}.json`), "utf8"));
    const plan = await planOf(recorded.words, "/");
    const stdout = Buffer.from(recorded.stdout_base64, "base64");
    const whole = new Set(recorded.items.map((item) => JSON.stringify(item)));
    const isByLine = ["lines", "jsonl"].includes(framingOf(name));
    const step = Math.max(1, Math.floor(stdout.length / 40));
    for (let length = 0; length < stdout.length; length += step) {
      const items = await replayed(plan, stdout.subarray(0, length), 512).catch(() => []);
      const records = items.filter(({ type }) => !type.startsWith("aoi:"));
      // The last line of a tool that was killed may be any beginning of one; the killing itself is told as an error.
      for (const record of isByLine ? records.slice(0, -1) : records) {
        // Where only headers came, the branch is told with what they said.
        if (record.type === "branch" && name === "git-status") continue;
        expect(whole).toContain(JSON.stringify(record));
      }
    }
  }
});

function framingOf(name: string): string {
  return ["df", "ps", "ss", "wc", "jq", "git-branch", "rg"].includes(name) ? "lines" : "other";
}
