import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  chooseEntry,
  currentHostPlatform,
  parsePluginName,
  readManifest,
  scaffold,
  scaffoldKinds,
} from "@aomori/plugins";
import type { ChosenEntry, ScaffoldKind } from "@aomori/plugins";
import { findExecutable, runChild } from "@aomori/system";
import { temporaryDirectory } from "../temporary-directory.ts";
import { thrown } from "../thrown.ts";

const needed: Readonly<Record<ScaffoldKind, string>> = {
  node: "node",
  python: "python3",
  sh: "sh",
  c: "cc",
  rust: "rustc",
};
const name = parsePluginName("Wave_front-2.x");

async function run(argv: readonly string[], cwd: string): Promise<{ code: number; out: string }> {
  const result = await runChild(argv, { cwd, deadlineMs: 60_000 });
  expect(result.stderr).toBe("");
  return { code: result.exitCode ?? -1, out: result.stdout };
}

/** How the chosen entry is started in the project's own folder. */
function argvOf(entry: ChosenEntry, directory: string): readonly string[] {
  if (entry.kind === "native") return [join(directory, "dist", entry.asset)];
  if (entry.kind === "viewer_only") throw new Error("nothing to run");
  const { [entry.runtime]: program } = { node: process.execPath, python: "python3", sh: "sh" };
  return [program, join(directory, entry.asset)];
}

const odd = `a "quoted" \\ back\u00e9\u{1f30a} </script>`;

for (const kind of scaffoldKinds) {
  const isThere = findExecutable(needed[kind], process.env["PATH"]) !== undefined;
  if (!isThere) console.warn(`${needed[kind]} is not on PATH: the ${kind} plugin is not tried`);

  test.skipIf(!isThere)(`a plugin in ${kind} builds and speaks protocol 1`, async () => {
    const directory = join(await temporaryDirectory(), "new", "plugin");
    const files = await scaffold(kind, name, directory);
    expect(files).toContain("README.md");
    const text = await readFile(join(directory, "aomori.plugin.json"), "utf8");
    const { manifest, notices } = readManifest(text, { where: "aomori.plugin.json" });
    expect(notices).toEqual([]);
    expect(manifest.name).toBe(name);
    if (files.includes("build.sh")) {
      expect((await run(["sh", "build.sh"], directory)).code).toBe(0);
    }
    const { entry } = chooseEntry(manifest, currentHostPlatform());
    const argv = argvOf(entry, directory);
    for (const [words, hello] of [
      [[], "world"],
      [["you", "ignored"], "you"],
      [[odd], odd],
    ] as const) {
      const { code, out } = await run([...argv, ...words], directory);
      expect(code).toBe(0);
      expect(out.endsWith("}\n")).toBe(true);
      expect(JSON.parse(out)).toEqual({ type: "notification", hello });
    }
    const control = JSON.parse((await run([...argv, "a\tb\nc"], directory)).out);
    expect(control).toEqual({ type: "notification", hello: kind === "sh" ? "a b c" : "a\tb\nc" });
    const refused = await run([...argv, '--"x"'], directory);
    expect(refused.code).toBe(64);
    expect(JSON.parse(refused.out)).toEqual({
      type: "error",
      level: "error",
      fatal: true,
      message: 'unknown option --"x"',
    });
  });

  test(`the workflow of a plugin in ${kind} publishes what its manifest names`, async () => {
    const directory = await temporaryDirectory();
    const files = await scaffold(kind, name, directory);
    const workflow = await readFile(join(directory, ".github/workflows/release.yml"), "utf8");
    expect(workflow).toContain("GH_TOKEN: ${{ github.token }}");
    expect(workflow).toContain("sha256sum -- * > checksums.txt");
    const source = files.find((path) => /^plugin\.(?:mjs|py|sh)$/.test(path));
    expect(workflow).toContain(source === undefined ? "sh build.sh" : `cp ${source} release/`);
    if (source !== undefined) {
      expect((await stat(join(directory, source))).mode & 0o777).toBe(0o755);
    }
  });
}

test("a folder that holds something is left as it is", async () => {
  const directory = await temporaryDirectory();
  await scaffold("sh", name, directory);
  const before = await readFile(join(directory, "plugin.sh"), "utf8");
  const error = await thrown(() => scaffold("node", name, directory));
  expect(error.code).toBe("DIRECTORY_NOT_EMPTY");
  expect(error.message).toContain("it holds .github");
  expect(await readFile(join(directory, "plugin.sh"), "utf8")).toBe(before);
  await expect(stat(join(directory, "plugin.mjs"))).rejects.toThrow("ENOENT");
});
