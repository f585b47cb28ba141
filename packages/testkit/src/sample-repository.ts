import { readFile, readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { createRepository } from "./create-repository.ts";
import type { CreatedRepository } from "./create-repository.ts";

/** Files of the sample, the same distance from `src` and from `dist`; a bundle passes `from`. */
export const sampleFilesUrl: URL = new URL("../fixtures/pocketbook/", import.meta.url);
/** Scenario of the demo, written for the sample. */
export const demoScenarioUrl: URL = new URL("../scenarios/demo.json", import.meta.url);
/** Scenario whose target is a clone of the Aomori repository. */
export const selfScenarioUrl: URL = new URL("../scenarios/self.json", import.meta.url);

async function readFilesBelow(root: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files[relative(root, path)] = await readFile(path, "utf8");
  }
  return files;
}

/**
 * Makes the pocketbook sample in an empty directory: a household ledger in plain JavaScript whose
 * tests for tags, budgets, recurring entries, CSV, reports, commands and documentation fail, and
 * one commit on `main`. `npm test` (that is `node --test`) runs them; they need no install.
 */
export async function createSampleRepository(
  dir: string,
  options: { readonly from?: string | URL; readonly signal?: AbortSignal } = {},
): Promise<CreatedRepository> {
  const from = options.from ?? sampleFilesUrl;
  const files = await readFilesBelow(from instanceof URL ? fileURLToPath(from) : from);
  return await createRepository(dir, files, {
    message: "Begin pocketbook, a ledger in a text file",
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}
