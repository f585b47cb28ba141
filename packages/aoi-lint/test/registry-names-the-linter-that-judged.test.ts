import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { linterVersion } from "../src/version.ts";

test("the version in a report is the package's", () => {
  const path = new URL("../package.json", import.meta.url);
  expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ version: linterVersion });
});
