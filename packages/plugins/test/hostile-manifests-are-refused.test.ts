import { expect, test } from "vitest";
import { readManifest } from "@aomori/plugins";
import { hostileManifests, soundManifest } from "./hostile-manifests.ts";
import type { HostileManifest } from "./hostile-manifests.ts";
import { thrown } from "./thrown.ts";

function contentOf({ content }: HostileManifest): string | Uint8Array {
  if (typeof content === "string" || content instanceof Uint8Array) return content;
  return JSON.stringify({ ...soundManifest, ...content });
}

test.each(hostileManifests)("$title: $code", async (hostile) => {
  const where = `https://example.com/o/r/HEAD/${hostile.file ?? "aomori.plugin.json"}`;
  const error = await thrown(() => readManifest(contentOf(hostile), { where }));
  expect(error.code).toBe(hostile.code);
  expect(error.message).toMatch(hostile.says);
  expect(error.message).toContain(where);
  expect(error.message).toMatch(/^[ -~…]+$/);
  expect(error.category).toBe("validation");
});

test("the sound manifest that they spoil is read", () => {
  const where = "aomori.plugin.json";
  expect(readManifest(JSON.stringify(soundManifest), { where }).notices).toEqual([]);
});

test("the corpus is as large as it is said to be", () => {
  expect(hostileManifests.length).toBeGreaterThanOrEqual(60);
});
