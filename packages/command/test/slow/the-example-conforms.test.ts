import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { events } from "../run-shelf.ts";

const path = (name: string): string =>
  fileURLToPath(new URL(`../../../../${name}`, import.meta.url));
const source = "--conditions=aomori-source";

it("the example of another project conforms, by the linter's strict profile", () => {
  const linter = [source, path("packages/aoi-lint/src/bin.ts"), "--output", "jsonl"];
  const recipe = ["--profile", "strict", "--recipe", path("examples/notes/aoi.lint.json")];
  const tool = [process.execPath, source, path("examples/notes/notes.ts")];
  const { stdout } = spawnSync(
    process.execPath,
    [...linter, ...recipe, "--", ...tool, "note", "list", "--output", "jsonl"],
    { encoding: "utf8" },
  );
  const all = events(stdout);
  const failed = all.filter(
    (event) => event["type"] === "aoi:check" && event["verdict"] === "failed",
  );
  expect(failed).toEqual([]);
  expect(all.at(-1)).toMatchObject({ type: "aoi:summary", ok: true });
});
