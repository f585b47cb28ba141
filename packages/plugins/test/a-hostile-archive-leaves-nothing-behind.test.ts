import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { extractArchive } from "@aomori/plugins";
import { expect, test } from "vitest";
import { hostileArchives, testLimits } from "./archive/hostile-archives.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** Two levels above the target, so that what climbs out is seen. */
async function everythingBelow(root: string): Promise<readonly string[]> {
  return (await readdir(root, { recursive: true })).sort();
}

test.each(hostileArchives.map((archive) => [archive.what, archive] as const))(
  "%s",
  async (_what, { code, bytes }) => {
    const root = await temporaryDirectory();
    const file = join(root, "archive");
    await writeFile(file, bytes());
    await mkdir(join(root, "a", "b"), { recursive: true });
    const before = await everythingBelow(root);

    const directory = join(root, "a", "b", "target");
    await expect(extractArchive({ file, directory, limits: testLimits })).rejects.toMatchObject({
      code,
      category: "validation",
      retryable: false,
    });
    expect(await everythingBelow(root)).toEqual(before);
  },
);

test("the corpus names each case once and meets every refusal it can", () => {
  const whats = hostileArchives.map(({ what }) => what);
  expect(new Set(whats).size).toBe(whats.length);
  expect(whats.length).toBeGreaterThanOrEqual(100);
  expect(new Set(hostileArchives.map(({ code }) => code)).size).toBe(36);
});
