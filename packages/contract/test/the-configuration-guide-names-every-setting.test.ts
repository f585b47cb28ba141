import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { SpecSettings } from "../src/index.ts";

const guide = readFileSync(new URL("../../../docs/configuration.md", import.meta.url), "utf8");

test("the guide lists every setting of a project with its default", () => {
  const section = guide.split("## Settings of a project")[1]?.split("## ")[0] ?? "";
  const rows = [...section.matchAll(/^\| `([a-z_]+)` \| ([^|]+) \|/gm)];
  const listed = Object.fromEntries(rows.map(([, name, value = ""]) => [name, value.trim()]));
  const defaults: Readonly<Record<string, unknown>> = SpecSettings.parse({});
  const names = Object.keys(SpecSettings.shape);
  expect(listed).toEqual(
    Object.fromEntries(names.map((name) => [name, JSON.stringify(defaults[name]) ?? "detected"])),
  );
});
