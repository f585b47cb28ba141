import { createHash } from "node:crypto";
import { appendFile, chmod, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packPlugin, parsePluginName, publishCheck, scaffold } from "@aomori/plugins";
import type { PublishCheck, PublishCheckOptions } from "@aomori/plugins";
import { runChild } from "@aomori/system";
import { temporaryDirectory } from "./temporary-directory.ts";
import { thrown } from "./thrown.ts";

const manifest = {
  schema: 1,
  name: "waves",
  version: "1.4.0",
  description: "Looks at waves",
  binaries: { linux_x86_64: "waves-linux", macos_aarch64: "waves-macos" },
  viewer_zip: "viewer.zip",
  // Not ours to reorder or to lose.
  commands: ["task show"],
  future_field: { kept: [1, 2] },
};

async function project(fields: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const directory = await temporaryDirectory();
  await writeFile(
    join(directory, "aomori.plugin.json"),
    JSON.stringify({ ...manifest, ...fields }),
  );
  await mkdir(join(directory, "dist"));
  await writeFile(join(directory, "dist", "waves-linux"), "linux");
  await writeFile(join(directory, "dist", "waves-macos"), "macos");
  await writeFile(join(directory, "viewer.zip"), "zip");
  return directory;
}

async function manifestOf(directory: string): Promise<Readonly<Record<string, unknown>>> {
  return JSON.parse(await readFile(join(directory, "aomori.plugin.json"), "utf8"));
}

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

async function verdicts(
  directory: string,
  options?: PublishCheckOptions,
): Promise<Readonly<Record<string, PublishCheck>>> {
  const checks = await publishCheck(directory, options);
  return Object.fromEntries(checks.map((check) => [check.name, check]));
}

test("packing collects the assets, hashes them and writes the hashes into the manifest", async () => {
  const directory = await project();
  const packed = await packPlugin(directory);
  expect(packed.missing).toEqual([]);
  expect(await readdir(packed.releaseDirectory)).toEqual([
    "checksums.txt",
    "viewer.zip",
    "waves-linux",
    "waves-macos",
  ]);
  const written = await manifestOf(directory);
  expect(Object.keys(written)).toEqual([...Object.keys(manifest), "sha256"]);
  expect(written).toMatchObject({ ...manifest });
  expect(written["sha256"]).toEqual({
    "waves-linux": hashOf("linux"),
    "waves-macos": hashOf("macos"),
    "viewer.zip": hashOf("zip"),
  });
  const checked = await runChild(["sha256sum", "-c", "checksums.txt"], {
    cwd: packed.releaseDirectory,
    deadlineMs: 10_000,
  });
  expect(checked.exitCode).toBe(0);
  expect(checked.stdout).toContain("waves-macos: OK");
});

test("what another machine builds is missing here, and its hash stays", async () => {
  const elsewhere = hashOf("elsewhere");
  const directory = await project({ sha256: { "waves-macos": elsewhere, gone: elsewhere } });
  await rm(join(directory, "dist", "waves-macos"));
  expect((await packPlugin(directory)).missing).toEqual(["waves-macos"]);
  expect((await manifestOf(directory))["sha256"]).toEqual({
    "waves-linux": hashOf("linux"),
    "waves-macos": elsewhere,
    "viewer.zip": hashOf("zip"),
  });
});

test("packing again replaces its own files and touches no others", async () => {
  const directory = await project();
  await packPlugin(directory);
  await writeFile(join(directory, "dist", "waves-linux"), "newer");
  const packed = await packPlugin(directory);
  expect(packed.assets[0]).toEqual({ name: "waves-linux", sha256: hashOf("newer") });
  await writeFile(join(directory, "release", "notes.md"), "mine");
  const before = await manifestOf(directory);
  const error = await thrown(() => packPlugin(directory));
  expect(error.code).toBe("RELEASE_DIRECTORY_OCCUPIED");
  expect(error.message).toContain("holds notes.md");
  expect(await manifestOf(directory)).toEqual(before);
});

test("nothing built and no manifest are said for what they are", async () => {
  const directory = await temporaryDirectory();
  expect((await thrown(() => packPlugin(directory))).code).toBe("MANIFEST_NOT_FOUND");
  await scaffold("c", parsePluginName("waves"), join(directory, "c"));
  const error = await thrown(() => packPlugin(join(directory, "c")));
  expect(error.code).toBe("NOTHING_TO_PACK");
  expect(error.message).toContain("waves-linux_x86_64");
});

test("a packed plugin passes every check", async () => {
  const { future_field: _, ...known } = manifest;
  const directory = await project();
  await writeFile(join(directory, "aomori.plugin.json"), JSON.stringify(known));
  await packPlugin(directory);
  const seen: string[] = [];
  const checks = await publishCheck(directory, {
    tag: "v1.4.0",
    coreCommands: ["spec"],
    viewerProblem: async (path) => {
      seen.push(await readFile(path, "utf8"));
      return undefined;
    },
  });
  expect(checks.map(({ name, status }) => `${name} ${status}`)).toEqual([
    "manifest passed",
    "name passed",
    "version passed",
    "assets passed",
    "sha256 passed",
    "executable passed",
    "viewer passed",
  ]);
  expect(seen).toEqual(["zip"]);
});

test("a scaffolded script passes without a viewer and without a tag", async () => {
  const directory = await temporaryDirectory();
  await scaffold("python", parsePluginName("waves"), directory);
  await packPlugin(directory);
  const checks = await verdicts(directory);
  expect(checks["manifest"]?.status).toBe("passed");
  expect(checks["sha256"]).toMatchObject({ status: "passed", message: "1 compared" });
  expect(checks["version"]?.status).toBe("skipped");
  expect(checks["viewer"]?.status).toBe("skipped");
});

test("each thing that is wrong fails its own check", async () => {
  const directory = await project({ name: "Spec" });
  await packPlugin(directory);
  await appendFile(join(directory, "release", "waves-linux"), "!");
  await chmod(join(directory, "release", "waves-linux"), 0o644);
  await rm(join(directory, "release", "waves-macos"));
  const checks = await verdicts(directory, {
    tag: "v1.3.0",
    coreCommands: ["spec"],
    viewerProblem: () => Promise.resolve("it has no index.html"),
  });
  const failed = Object.entries(checks).map(([name, { status, message }]) => [
    name,
    status,
    message,
  ]);
  expect(failed).toEqual([
    ["manifest", "failed", expect.stringContaining("future_field is no field")],
    ["name", "failed", expect.stringContaining("a command of the host")],
    ["version", "failed", expect.stringContaining("released as v1.4.0, not as v1.3.0")],
    ["assets", "failed", expect.stringContaining("waves-macos not in release")],
    ["sha256", "failed", expect.stringContaining("waves-linux is not the file that was hashed")],
    ["executable", "failed", expect.stringContaining("waves-linux may not be executed")],
    ["viewer", "failed", "viewer.zip: it has no index.html"],
  ]);
});

test("an asset without any hash fails, and a checksums file alone is enough", async () => {
  const directory = await project();
  await packPlugin(directory);
  await writeFile(join(directory, "aomori.plugin.json"), JSON.stringify(manifest));
  expect((await verdicts(directory))["sha256"]?.status).toBe("passed");
  await rm(join(directory, "release", "checksums.txt"));
  expect((await verdicts(directory))["sha256"]?.message).toContain("viewer.zip has no hash");
});

test("with a broken manifest the other checks are skipped", async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, "aomori.plugin.json"), "{}");
  const [first, ...rest] = await publishCheck(directory);
  expect(first).toMatchObject({ name: "manifest", status: "failed" });
  expect(first?.message).toContain("version: it is missing");
  expect(new Set(rest.map(({ status }) => status))).toEqual(new Set(["skipped"]));
  expect(rest).toHaveLength(6);
});
