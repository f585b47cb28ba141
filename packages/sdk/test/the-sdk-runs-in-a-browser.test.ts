import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { sdkVersion } from "@aomori/sdk/wire";

const packageFile = fileURLToPath(new URL("../package.json", import.meta.url));
const sources = fileURLToPath(new URL("../src/", import.meta.url));

async function bundle(entry: string, platform: "browser" | "node") {
  const { outputFiles, metafile } = await build({
    entryPoints: [`${sources}${entry}`],
    bundle: true,
    write: false,
    minify: true,
    metafile: true,
    format: "esm",
    platform,
    conditions: ["aomori-source"],
    logLevel: "silent",
  });
  const inputs = Object.keys(metafile.inputs);
  return { code: outputFiles[0]?.text ?? "", inputs };
}

it.each(["index.ts", "wire.ts"])("%s bundles for browsers without node: modules", async (entry) => {
  const { code } = await bundle(entry, "browser");
  expect(code).not.toMatch(/["']node:(?!fs["'])/);
  expect(code.length).toBeGreaterThan(1_000);
});

it("the wire door brings no schemas and stays small", async () => {
  const { code, inputs } = await bundle("wire.ts", "node");
  expect(inputs.filter((path) => /zod|packages\/contract/.test(path))).toEqual([]);
  expect(code.length).toBeLessThan(30_000);
  const node = await bundle("node-transport.ts", "node");
  expect(node.inputs).toHaveLength(1);
});

it("tells the version that its package has", () => {
  expect(JSON.parse(readFileSync(packageFile, "utf8")).version).toBe(sdkVersion);
});
