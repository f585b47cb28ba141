import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  compareLockfile,
  formatLockfile,
  lockTargets,
  lockedAsset,
  lockedPlugin,
  lockfileStale,
  parseAssetName,
  parseCommit,
  parseLockfile,
  parseOwner,
  parsePluginName,
  parseRef,
  parseRepository,
  parseSha256,
  readLockfile,
  readManifest,
  writeLockfile,
} from "@aomori/plugins";
import type { LockedPlugin, Lockfile, PluginRecord, Signer } from "@aomori/plugins";
import { temporaryDirectory } from "./temporary-directory.ts";
import { thrown } from "./thrown.ts";

const where = "aomori-plugins.lock";
const commit = "0123456789abcdef0123456789abcdef01234567";
const address = "https://github.com/aomori/waves/releases/download/v1.4.0";
const signer: Extract<Signer, { kind: "minisign" }> = {
  kind: "minisign",
  key_id: "0123456789ABCDEF",
  public_key: "UldR",
};

const content = {
  schema: 1,
  plugins: {
    waves: {
      owner: "aomori",
      repository: "waves",
      ref: "HEAD",
      commit,
      version: "1.4.0",
      assets: [
        {
          name: "plugin.mjs",
          targets: ["script"],
          url: `${address}/plugin.mjs`,
          sha256: "cd".repeat(32),
          size_bytes: 7,
        },
        {
          name: "waves-linux",
          targets: ["linux_x86_64", "linux_aarch64"],
          url: `${address}/waves-linux`,
          sha256: "ab".repeat(32),
          size_bytes: 1024,
          signer,
        },
      ],
    },
  },
};

const manifest = readManifest(
  JSON.stringify({
    schema: 1,
    version: "1.4.0",
    description: "Looks at waves",
    binaries: { linux_x86_64: "waves-linux", linux_aarch64: "waves-linux" },
    run: { runtime: "node", file: "plugin.mjs" },
  }),
  { where: "aomori.plugin.json" },
).manifest;

const record: PluginRecord = {
  ...manifest,
  name: parsePluginName("waves"),
  source: "https://example.com/aomori.plugin.json",
  origin: {
    kind: "github",
    owner: parseOwner("Aomori"),
    repository: parseRepository("waves"),
    ref: parseRef("HEAD"),
    commit: parseCommit(commit),
  },
  assets: [
    {
      role: "binary",
      name: parseAssetName("waves-linux"),
      url: `${address}/waves-linux`,
      sha256: parseSha256("ab".repeat(32)),
      size_bytes: 1024,
      trust: { level: "signed", signer },
    },
  ],
  has_viewer: false,
  trust: { level: "signed", signer },
  untrusted: false,
  installed_at: "2026-11-28T00:00:00.000Z",
  installed_by: "0.1.0",
};

function lockOf(value: unknown = content): Lockfile {
  return parseLockfile(JSON.stringify(value), where);
}

function spoilt(change: (copy: typeof content) => void): unknown {
  const copy = structuredClone(content);
  change(copy);
  return copy;
}

test("what is written is read again, and absent is not empty", async () => {
  const path = join(await temporaryDirectory(), where);
  expect(await readLockfile(path)).toBeUndefined();
  await writeLockfile(path, lockOf());
  expect(await readLockfile(path)).toEqual(lockOf());
});

test("the text of a lockfile depends on its content and on no order", () => {
  const name = fc.stringMatching(/^x[a-z0-9-]{0,10}$/);
  const targets = fc.subarray([...lockTargets], { minLength: 1 });
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 6 }), targets, (names, all) => {
      const assets = all.map((target, index) => ({
        ...content.plugins.waves.assets[0],
        name: `asset-${index}`,
        targets: [target],
      }));
      const plugin = { ...content.plugins.waves, assets };
      const forward = Object.fromEntries(names.map((key) => [key, plugin]));
      const turned = { ...plugin, assets: assets.toReversed() };
      const backward = Object.fromEntries(names.toReversed().map((key) => [key, turned]));
      const text = formatLockfile(lockOf({ schema: 1, plugins: forward }));
      expect(formatLockfile(lockOf({ plugins: backward, schema: 1 }))).toBe(text);
      expect(formatLockfile(parseLockfile(text, where))).toBe(text);
    }),
  );
});

test.each<[unknown, RegExp]>([
  [{ ...content, schema: 2 }, /schema: /],
  [{ ...content, plugin: {} }, /plugin: there is no such field\. Did you mean "plugins"/],
  [{ schema: 1, plugins: { "../x": content.plugins.waves } }, /plugins\["\.\.\/x"\]: /],
  [spoilt(({ plugins }) => (plugins.waves.commit = "main")), /plugins\.waves\.commit: /],
  [spoilt(({ plugins }) => (plugins.waves.version = "../1")), /waves\.version: /],
  [spoilt(({ plugins }) => (plugins.waves.assets = [])), /waves\.assets: it is empty/],
  [spoilt(({ plugins }) => (plugins.waves.assets[0]!.url = "file:///etc/passwd")), /\[0\]\.url: /],
  [spoilt(({ plugins }) => (plugins.waves.assets[0]!.url = "https://t:x@example.com/")), /url: /],
  [spoilt(({ plugins }) => (plugins.waves.assets[0]!.sha256 = "ab")), /\[0\]\.sha256: /],
  [spoilt(({ plugins }) => (plugins.waves.assets[0]!.size_bytes = -1)), /it is negative/],
  [spoilt(({ plugins }) => (plugins.waves.assets[0]!.targets = ["solaris"])), /targets\[0\]: /],
  [
    spoilt(({ plugins }) => (plugins.waves.assets[0]!.targets = ["linux_x86_64"])),
    /linux_x86_64 is there twice/,
  ],
  [
    spoilt(({ plugins }) => (plugins.waves.assets[0]!.name = "waves-linux")),
    /waves-linux is there twice/,
  ],
])("a lockfile that could mislead is refused: %#", async (value, says) => {
  const error = await thrown(() => lockOf(value));
  expect(error.code).toBe("LOCKFILE_INVALID");
  expect(error.message).toMatch(says);
});

test("a merge conflict left in the file is called by its name", async () => {
  const path = join(await temporaryDirectory(), where);
  await writeFile(path, `<<<<<<< ours\n${formatLockfile(lockOf())}`);
  const error = await thrown(() => readLockfile(path));
  expect(error.code).toBe("LOCKFILE_INVALID");
  expect(error.message).toContain(`${path} is not valid: it is not JSON`);
});

test("a lockfile that fits has no differences, and GitHub's case makes none", () => {
  expect(compareLockfile(lockOf(), [record])).toEqual([]);
});

test("a linked plugin is not locked", () => {
  const linked: PluginRecord = {
    ...record,
    name: parsePluginName("mine"),
    origin: { kind: "link", directory: "/home/me/mine" },
  };
  expect(compareLockfile(lockOf(), [record, linked])).toEqual([]);
});

test("every kind of difference is found and named", () => {
  const value = spoilt(({ plugins: { waves } }) => {
    waves.commit = "f".repeat(40);
    waves.version = "1.3.0";
    waves.assets[1]!.sha256 = "00".repeat(32);
    waves.assets[1]!.targets = ["linux_x86_64", "macos_x86_64"];
    waves.assets[1]!.signer = { ...signer, key_id: "F".repeat(16) };
  });
  const fields = compareLockfile(lockOf(value), [record]).map(({ field }) => field);
  expect(fields.toSorted()).toEqual([
    "assets.waves-linux.sha256",
    "assets.waves-linux.signer",
    "commit",
    "targets.linux_aarch64",
    "targets.macos_x86_64",
    "version",
  ]);
});

test("plugins that only one side has are differences, and the error says which", () => {
  const other = { ...record, name: parsePluginName("other") };
  const differences = compareLockfile(lockOf(), [other]);
  expect(differences).toEqual([
    { plugin: "other", field: "plugin", actual: "other" },
    { plugin: "waves", field: "plugin", locked: "waves" },
  ]);
  const error = lockfileStale(where, differences);
  expect(error.code).toBe("LOCKFILE_STALE");
  expect(error.message).toBe(
    'aomori-plugins.lock is not up to date: other is installed and not in it; waves is in it and not installed; write it anew with "aomori plugins lock"',
  );
});

test("what is frozen is looked up by name and repository", async () => {
  const wanted = {
    name: parsePluginName("waves"),
    owner: parseOwner("AOMORI"),
    repository: parseRepository("waves"),
  };
  const plugin: LockedPlugin = lockedPlugin(lockOf(), where, wanted);
  expect(plugin.version).toBe("1.4.0");
  expect(lockedAsset(plugin, where, parseAssetName("waves-linux")).size_bytes).toBe(1024);
  const absent = await thrown(() => lockedAsset(plugin, where, parseAssetName("waves-macos")));
  expect(absent.code).toBe("LOCKFILE_MISSING_ENTRY");
  expect(absent.message).toContain("no file waves-macos of aomori/waves");
  const foreign = { ...wanted, owner: parseOwner("mallory") };
  const error = await thrown(() => lockedPlugin(lockOf(), where, foreign));
  expect(error.code).toBe("LOCKFILE_MISSING_ENTRY");
  expect(error.message).toContain("has aomori/waves as waves, and not mallory/waves");
  const unknown = { ...wanted, name: parsePluginName("wave") };
  expect((await thrown(() => lockedPlugin(lockOf(), where, unknown))).message).toContain(
    "has no plugin wave;",
  );
});
