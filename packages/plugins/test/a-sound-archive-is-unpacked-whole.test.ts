import { execFile } from "node:child_process";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { extractArchive } from "@aomori/plugins";
import { packTar } from "modern-tar";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { rawTarGz } from "./archive/raw-tar.ts";
import { rawZip } from "./archive/raw-zip.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const run = promisify(execFile);

async function unpacked(bytes: Buffer): Promise<{ root: string; directory: string }> {
  const root = await temporaryDirectory();
  await writeFile(join(root, "archive"), bytes);
  return { root, directory: join(root, "target") };
}

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o7777;
}

const entries = [
  { name: "d/", mode: 0o040777, type: "5", content: "", stored: true },
  { name: "d/plugin", mode: 0o104755, content: "run me" },
  { name: "./notes.txt", mode: 0o100666, content: "read me" },
];

test.each([
  ["zip", () => rawZip(entries)],
  ["zip written in one go", () => rawZip(entries.map((entry) => ({ ...entry, described: true })))],
  [
    "tar.gz",
    () =>
      rawTarGz(entries.map(({ type, ...entry }) => (type === "5" ? { ...entry, type } : entry))),
  ],
])("%s: files, folders and who may run them, and no other bit", async (_name, bytes) => {
  const { root, directory } = await unpacked(bytes());
  const files = await extractArchive({ file: join(root, "archive"), directory });
  expect(files).toEqual([
    { path: "d/plugin", sizeBytes: 6 },
    { path: "notes.txt", sizeBytes: 7 },
  ]);
  expect(await readFile(join(directory, "d/plugin"), "utf8")).toBe("run me");
  expect(await modeOf(join(directory, "d/plugin"))).toBe(0o755);
  expect(await modeOf(join(directory, "notes.txt"))).toBe(0o644);
  expect(await modeOf(join(directory, "d"))).toBe(0o755);
});

test.each(["ustar", "gnu", "pax", "v7"])("what tar --format=%s writes", async (format) => {
  const root = await temporaryDirectory();
  const long = format === "v7" ? "short" : `${"long".repeat(20)}/${"name".repeat(20)}`;
  await mkdir(join(root, "in", long), { recursive: true });
  const content = Buffer.alloc(300_000, "some bytes");
  await writeFile(join(root, "in", long, "f\u00E9"), content);
  const file = join(root, "archive");
  await run("tar", [`--format=${format}`, "-czf", file, "-C", join(root, "in"), "."]);
  const directory = join(root, "target");
  const files = await extractArchive({ file, directory });
  expect(files).toEqual([{ path: `${long}/f\u00E9`, sizeBytes: content.length }]);
  expect(content.equals(await readFile(join(directory, long, "f\u00E9")))).toBe(true);
});

test.each(["to a file", "to a pipe"])("what Python's zipfile writes %s", async (how) => {
  const root = await temporaryDirectory();
  const file = join(root, "archive");
  const script = [
    "import sys, zipfile",
    how === "to a file" ? "out = open(sys.argv[1], 'wb')" : "out = type('P', (), {})()",
    ...(how === "to a file"
      ? []
      : ["f = open(sys.argv[1], 'wb')", "out.write, out.flush = f.write, f.flush"]),
    "z = zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED)",
    "z.writestr('index.html', '<p>' * 9000)",
    "z.writestr('assets/\u00E9.js', 'x')",
    "z.close()",
  ].join("\n");
  await run("python3", ["-c", script, file]);
  const files = await extractArchive({ file, directory: join(root, "target") });
  expect(files.map(({ path }) => path)).toEqual(["index.html", "assets/\u00E9.js"]);
});

test("what modern-tar itself packs, in pieces of one byte where it can", async () => {
  const tar = await packTar([{ header: { name: "plugin", size: 3, mode: 0o755 }, body: "abc" }]);
  const { root, directory } = await unpacked(gzipSync(tar));
  await extractArchive({ file: join(root, "archive"), directory });
  expect(await readFile(join(directory, "plugin"), "utf8")).toBe("abc");
});

test("a directory that is there already is left as it is", async () => {
  const { root, directory } = await unpacked(rawZip([{ name: "plugin" }]));
  await mkdir(directory);
  await writeFile(join(directory, "mine"), "kept");
  await expect(extractArchive({ file: join(root, "archive"), directory })).rejects.toMatchObject({
    code: "ARCHIVE_TARGET_EXISTS",
  });
  expect(await readFile(join(directory, "mine"), "utf8")).toBe("kept");
});

test("an abort in the middle leaves no target", async () => {
  const many = Array.from({ length: 50 }, (_, index) => ({ name: `f${index}` }));
  const { root, directory } = await unpacked(rawZip(many));
  const controller = new AbortController();
  const progress: number[] = [];
  const unpacking = extractArchive({
    file: join(root, "archive"),
    directory,
    signal: controller.signal,
    onProgress: ({ files }) => {
      progress.push(files);
      if (files === 7) controller.abort();
    },
  });
  await expect(unpacking).rejects.toMatchObject({ name: "AbortError" });
  expect(progress).toEqual([1, 2, 3, 4, 5, 6, 7]);
  await expect(stat(directory)).rejects.toMatchObject({ code: "ENOENT" });
});
