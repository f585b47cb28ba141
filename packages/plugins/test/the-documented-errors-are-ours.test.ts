import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { parsePluginName, platformKeyOf, pluginLayout } from "@aomori/plugins";
import { expect, onTestFinished, test } from "vitest";
import type { TestContext } from "vitest";
import { rawZip } from "./archive/raw-zip.ts";
import { releaseWorld } from "./released-plugin.ts";
import type { ReleaseWorld } from "./released-plugin.ts";
import { thrown } from "./thrown.ts";

const hello = parsePluginName("hello");
const here = platformKeyOf({ system: process.platform, processor: process.arch }) ?? "linux_x86_64";
const program = { binaries: { [here]: "hello-bin" } };
const script = Buffer.from("#!/bin/sh\necho hello\n");
const page = { name: "index.html", mode: 0o100644, content: "<h1>hello</h1>" };
const viewer = rawZip([page]);
const withViewer = { ...program, viewer_zip: "viewer.zip" };

/** A file system of the plugins' own; only root can make one. */
function ownDisk({ plugins }: ReleaseWorld, sizeKilobytes: number, context: TestContext): void {
  const options = ["-t", "tmpfs", "-o", `size=${sizeKilobytes}k`, "tmpfs", plugins.directory];
  if (spawnSync("mount", options, { stdio: "ignore" }).status !== 0) {
    context.skip("SKIPPED: no tmpfs can be mounted here, so that this step does not fail");
  }
  onTestFinished(() => {
    spawnSync("umount", ["-l", plugins.directory]);
  });
}

function fillUp({ plugins }: ReleaseWorld): void {
  const page = Buffer.alloc(4096);
  const filler = openSync(join(plugins.directory, ".filler"), "w");
  const fill = (): never => {
    for (;;) writeSync(filler, page);
  };
  expect(fill).toThrow("ENOSPC");
  closeSync(filler);
}

interface DocumentedError {
  /** As the document spells it. */
  readonly error: string;
  readonly when: string;
  readonly provoke: (world: ReleaseWorld, context: TestContext) => unknown;
  /** What the message says: the value, and what to do next. */
  readonly value: RegExp;
  readonly next: RegExp;
  readonly details?: Readonly<Record<string, unknown>>;
}

function released(world: ReleaseWorld, manifest: Readonly<Record<string, unknown>> = program) {
  return world.release(manifest, { "hello-bin": script, "viewer.zip": viewer });
}

const refusals: readonly DocumentedError[] = [
  {
    error: "ReservedRepositoryName",
    when: "the repository is called as the host is, in any case",
    provoke: (world) => world.install({ repository: "Octo/ObjectiveAI" }),
    value: /ObjectiveAI/,
    next: /rename the repository/,
  },
  {
    error: "PluginNotWhitelisted",
    when: "no row of the policy matches",
    provoke: (world) => {
      released(world);
      return world.install({ allowUntrusted: false });
    },
    value: /Octo\/hello/,
    next: /--allow-untrusted/,
  },
  {
    error: "AlreadyInstalled",
    when: "it is there",
    provoke: async (world) => {
      released(world);
      await world.install();
      return world.install();
    },
    value: /hello.*1\.0\.0/,
    next: /--upgrade/,
  },
  {
    error: "AlreadyInstalled",
    when: "NAME.json is there, put by hand",
    provoke: (world) => {
      released(world);
      const { recordLink, pluginLink, directory } = pluginLayout(world.plugins, hello);
      mkdirSync(directory);
      writeFileSync(pluginLink, script, { mode: 0o755 });
      writeFileSync(recordLink, JSON.stringify({ description: "d", version: "0.3.0" }));
      return world.install();
    },
    value: /hello\.json/,
    next: /move .* away/,
    details: { reason: "PLUGIN_NOT_MANAGED" },
  },
  ...["{", '{"schema":1,"version":"1.0.0"}', '{"description":7}', "[]"].map((text) => ({
    error: "ManifestParse",
    when: `the manifest is ${text}`,
    provoke: (world: ReleaseWorld) => {
      world.repository.commit({ "aomori.plugin.json": text });
      return world.install();
    },
    value: /aomori\.plugin\.json/,
    next: /its author has to correct it|aomori plugins schema/,
  })),
];

/** The three that say that a file of GitHub's did not come, for a status that passes and one that does not. */
const statuses: readonly DocumentedError[] = [
  { error: "ManifestBadStatus", origin: "raw", path: /aomori\.plugin\.json$/ },
  { error: "BinaryBadStatus", origin: "releases", path: /hello-bin$/ },
  { error: "ViewerZipBadStatus", origin: "releases", path: /viewer\.zip$/ },
].flatMap(({ error, origin, path }) =>
  [403, 429, 500].map((status) => ({
    error,
    when: `the status is ${status}`,
    provoke: (world: ReleaseWorld) => {
      released(world, withViewer);
      const wait = { kind: "rate_limit", status: 429, retryAfterSeconds: 3600 } as const;
      world.github.fault({
        origin: origin === "raw" ? "raw" : "releases",
        path,
        fault: status === 429 ? wait : { kind: "status", status },
      });
      return world.install();
    },
    value: new RegExp(`${path.source.slice(0, -1)} answered with status ${status}`),
    next: /configure a token|try again later/,
    details: status === 429 ? { status, reason: "RATE_LIMITED" } : { status },
  })),
);

/** Where root cannot write either: on a disk that is full, on one that is read-only, below a file. */
const disk: readonly DocumentedError[] = [
  {
    error: "PluginDirCreate",
    when: "a file is where the directory should be",
    provoke: (world) => {
      released(world);
      mkdirSync(dirname(world.plugins.stagingDirectory), { recursive: true });
      writeFileSync(world.plugins.stagingDirectory, "");
      return world.install();
    },
    value: /\.staging/,
    next: /install it again/,
    details: { reason: "IO_FAILED" },
  },
  {
    error: "BinaryWrite",
    when: "the disk is full",
    provoke: (world, context) => {
      ownDisk(world, 256, context);
      world.release(program, { "hello-bin": Buffer.alloc(1_000_000, 7) });
      return world.install();
    },
    value: /hello-bin/,
    next: /free some space.*install it again/,
    details: { reason: "DISK_FULL" },
  },
  {
    error: "ViewerZipExtract",
    when: "the disk is full",
    provoke: (world, context) => {
      ownDisk(world, 600, context);
      const large = { name: "a.js", mode: 0o100644, stored: true, content: "x".repeat(400_000) };
      world.release({ viewer_zip: "viewer.zip" }, { "viewer.zip": rawZip([page, large]) });
      return world.install();
    },
    value: /a\.js/,
    next: /free some space.*install it again/,
    details: { reason: "DISK_FULL" },
  },
  {
    error: "ViewerZipExtract",
    when: "it is no archive",
    provoke: (world) => {
      world.release({ viewer_zip: "viewer.zip" }, { "viewer.zip": Buffer.from("no zip") });
      return world.install();
    },
    value: /viewer\.zip/,
    next: /tell the plugin's author/,
    details: { reason: "ARCHIVE_FORMAT_UNKNOWN" },
  },
  {
    error: "ManifestPersist",
    when: "the disk gets full after the program was written",
    provoke: (world, context) => {
      ownDisk(world, 512, context);
      released(world);
      return world.install({ consent: async () => fillUp(world) });
    },
    value: /plugin hello/,
    next: /free some space.*install it again/,
    details: { reason: "DISK_FULL" },
  },
  {
    error: "ManifestPersist",
    when: "a file is where the versions should be",
    provoke: (world) => {
      released(world);
      const { directory, versionsDirectory } = pluginLayout(world.plugins, hello);
      mkdirSync(directory);
      writeFileSync(versionsDirectory, "");
      return world.install();
    },
    value: /hello.versions/,
    next: /install it again/,
    details: { reason: "IO_FAILED", path: expect.stringContaining("versions") },
  },
  {
    error: "Chmod",
    when: "the disk becomes read-only after the program was written",
    provoke: (world, context) => {
      ownDisk(world, 512, context);
      released(world);
      const readOnly = ["-o", "remount,ro", world.plugins.directory];
      return world.install({
        consent: async () => expect(spawnSync("mount", readOnly).status).toBe(0),
      });
    },
    value: /mode of plugin/,
    next: /check the owner.*install it again/,
    details: { reason: "PERMISSION_DENIED" },
  },
];

/** The names of the document in the spelling of this program. */
const codeOf = (error: string): string =>
  error.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();

const documented = [...refusals, ...statuses, ...disk];

test.for(documented)("$error: $when", async (documented, context) => {
  const world = await releaseWorld();
  const found = await thrown(() => documented.provoke(world, context));
  expect(found.code).toBe(codeOf(documented.error));
  expect(found.message).toMatch(documented.value);
  expect(found.message).toMatch(documented.next);
  if (documented.details !== undefined) expect(found.details).toMatchObject(documented.details);
});

test("every error of the document's table is among them", () => {
  const table = [
    "RESERVED_REPOSITORY_NAME",
    "PLUGIN_NOT_WHITELISTED",
    "ALREADY_INSTALLED",
    "MANIFEST_BAD_STATUS",
    "BINARY_BAD_STATUS",
    "VIEWER_ZIP_BAD_STATUS",
    "MANIFEST_PARSE",
    "BINARY_WRITE",
    "MANIFEST_PERSIST",
    "VIEWER_ZIP_EXTRACT",
    "CHMOD",
  ];
  expect(documented.map(({ error }) => codeOf(error))).toEqual(expect.arrayContaining(table));
});
