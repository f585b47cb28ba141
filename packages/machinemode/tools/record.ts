/** Records what the tools of this machine write, and what the adapters make of it, into test/corpora. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pinnedEnvironment } from "../src/running/child-items.ts";
import { corpusCases, makeCorpusFolder } from "../test/corpus-cases.ts";
import { planOf } from "../test/plan-of.ts";
import { replayed } from "../test/replay.ts";

const corpora = fileURLToPath(new URL("../test/corpora", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "corpus-"));
makeCorpusFolder(folder);

for (const { name, program, words } of corpusCases) {
  const plan = await planOf(words, folder);
  const [file = "", ...args] = plan.argv;
  const { status, stdout, stderr } = spawnSync(file, args, {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: folder, ...pinnedEnvironment, ...plan.env },
  });
  const stdoutBase64 = stdout.toString("base64");
  const items = await replayed(plan, stdout, stdout.length);
  const version = execFileSync(
    program,
    [program === "ip" || program === "ss" ? "-V" : "--version"],
    { encoding: "utf8" },
  ).split("\n")[0];
  const record = {
    words,
    version,
    status,
    stderr: stderr.toString("utf8"),
    stdout_base64: stdoutBase64,
    items,
  };
  writeFileSync(
    join(corpora, `${name}.json`),
    `${JSON.stringify(record, (_key, value: unknown) => (typeof value === "bigint" ? value.toString() : value), 2)}\n`,
  );
  console.log(`${name}: ${stdout.length} bytes, ${items.length} items`);
}
