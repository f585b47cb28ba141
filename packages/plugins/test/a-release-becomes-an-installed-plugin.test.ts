import { readFileSync, readdirSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import {
  getPlugin,
  knownSigner,
  lockPlugins,
  newestOf,
  parsePluginName,
  platformKeyOf,
  pluginLayout,
} from "@aomori/plugins";
import type { PluginRecord } from "@aomori/plugins";
import { describe, expect, test } from "vitest";
import { rawTarGz } from "./archive/raw-tar.ts";
import { rawZip } from "./archive/raw-zip.ts";
import { minisignSigner } from "./integrity/minisign-signer.ts";
import { releaseWorld } from "./released-plugin.ts";
import type { ReleaseWorld } from "./released-plugin.ts";
import { place } from "./source/loopback-source.ts";
import { thrown } from "./thrown.ts";

const hello = parsePluginName("hello");
const script = Buffer.from('#!/bin/sh\necho "{\\"said\\":\\"$1\\"}"\n');
const here = platformKeyOf({ system: process.platform, processor: process.arch }) ?? "linux_x86_64";
const viewer = rawZip([{ name: "index.html", mode: 0o100644, content: "<h1>hello</h1>" }]);

function says({ plugins }: ReleaseWorld, word: string): string {
  return execFileSync(pluginLayout(plugins, hello).pluginLink, [word], { encoding: "utf8" });
}

const nothingLeft = ({ plugins }: ReleaseWorld): void => {
  expect(readdirSync(plugins.stagingDirectory)).toEqual([]);
};

describe("what a release holds is put in its place", () => {
  const inTar = rawTarGz([
    { name: "plugin", mode: 0o100755, content: script.toString() },
    { name: "shared/notes.txt", mode: 0o100644, content: "read me" },
  ]);
  const inZip = rawZip([{ name: "plugin.sh", mode: 0o100644, content: script.toString() }]);
  test.each([
    ["a binary", { binaries: { [here]: "hello-bin" } }, { "hello-bin": script }, "plugin"],
    [
      "a binary in an archive",
      { binaries: { [here]: "hello.tar.gz" } },
      { "hello.tar.gz": inTar },
      "program/plugin",
    ],
    ["a script", { run: { runtime: "sh", file: "say.sh" } }, { "say.sh": script }, "plugin.sh"],
    [
      "a script in an archive",
      { run: { runtime: "sh", file: "say.zip" } },
      { "say.zip": inZip },
      "program/plugin.sh",
    ],
  ] as const)("%s", async (_kind, manifest, assets, file) => {
    const world = await releaseWorld();
    const commit = world.release(manifest, assets);
    const record = await world.install();
    expect(record).toMatchObject({
      entry: { file },
      origin: { commit, ref: "HEAD" },
      trust: { level: "none" },
    });
    expect(says(world, "word")).toBe('{"said":"word"}\n');
    nothingLeft(world);
  });

  test("an older manifest's program is started by the name that it says", async () => {
    const world = await releaseWorld();
    const older = { description: "d", version: "1.0.0", cli_zip: "hello.tar.gz" };
    const exec = { linux: ["./bin/hello"], macos: ["./bin/hello"] };
    const manifest = JSON.stringify({ ...older, exec });
    const commit = world.repository.commit({ "objectiveai.json": manifest });
    const content = script.toString();
    const archive = rawTarGz([{ name: "bin/hello", mode: 0o100644, content }]);
    world.repository.release({ tag: "v1.0.0", commit, assets: { "hello.tar.gz": archive } });
    const record = await world.install();
    expect(record).toMatchObject({ entry: { file: "program/bin/hello" } });
    expect(says(world, "older")).toBe('{"said":"older"}\n');
  });

  test("a viewer alone is installed, listed and has nothing to run", async () => {
    const world = await releaseWorld();
    world.release({ viewer_zip: "viewer.zip" }, { "viewer.zip": viewer });
    const record = await world.install();
    expect([record.entry, record.has_viewer]).toEqual([undefined, true]);
    const { viewerLink } = pluginLayout(world.plugins, hello);
    expect(readFileSync(join(viewerLink, "index.html"), "utf8")).toBe("<h1>hello</h1>");
    expect(await getPlugin(world.plugins, hello)).toMatchObject({ status: "enabled" });
  });
});

describe("what cannot be put in its place is refused, and nothing stays", () => {
  test.each([
    [
      "an archive without the program",
      { binaries: { [here]: "x.zip" } },
      { "x.zip": viewer },
      "PROGRAM_NOT_IN_ARCHIVE",
    ],
    [
      "a viewer without its page",
      { viewer_zip: "v.zip" },
      { "v.zip": rawZip([{ name: "a.html", mode: 0o100644, content: "" }]) },
      "VIEWER_ZIP_EXTRACT",
    ],
    [
      "no archive at all",
      { viewer_zip: "v.zip" },
      { "v.zip": Buffer.from("not a zip") },
      "VIEWER_ZIP_EXTRACT",
    ],
    [
      "a hash that is not the asset's",
      { run: { runtime: "sh", file: "s.sh" }, sha256: { "s.sh": "0".repeat(64) } },
      { "s.sh": script },
      "CHECKSUM_MISMATCH",
    ],
  ] as const)("%s", async (_what, manifest, assets, code) => {
    const world = await releaseWorld();
    world.release(manifest, assets);
    expect((await thrown(() => world.install())).code).toBe(code);
    expect(await getPlugin(world.plugins, hello)).toBeUndefined();
    nothingLeft(world);
  });

  test("a script whose asset never comes is explained, and the old version runs", async () => {
    const world = await releaseWorld({ limits: { releaseWaitMs: 50 } });
    world.release({ run: { runtime: "sh", file: "s.sh" } }, { "s.sh": script });
    await world.install();
    world.release({ version: "2.0.0", run: { runtime: "sh", file: "gone.sh" } }, {});
    const error = await thrown(() => world.install({ mode: "upgrade" }));
    expect(error.code).toBe("BINARY_BAD_STATUS");
    expect(says(world, "still")).toBe('{"said":"still"}\n');
    nothingLeft(world);
  });
});

describe("who signs is remembered, and whoever comes after is held against it", () => {
  const manifest = (version: string) => ({ version, run: { runtime: "sh", file: "s.sh" } });
  const signedBy = (signer: ReturnType<typeof minisignSigner>) => ({
    assets: { "s.sh": script, "s.sh.minisig": Buffer.from(signer.sign(script)) },
    files: { "minisign.pub": signer.publicKeyFile },
  });

  test("another key is refused until it is accepted by its id", async () => {
    const world = await releaseWorld();
    const [first, second] = [signedBy(minisignSigner()), signedBy(minisignSigner())];
    world.release(manifest("1.0.0"), first.assets, first.files);
    const record = await world.install({ rules: { minTrust: "signed" } });
    expect(record.trust).toMatchObject({ level: "signed", signer: { kind: "minisign" } });
    expect(await knownSigner(world.plugins.signersFile, place)).toEqual(record.trust.signer);

    world.release(manifest("2.0.0"), second.assets, second.files);
    const error = await thrown(() => world.install({ mode: "upgrade" }));
    expect(error.code).toBe("SIGNER_CHANGED");
    const found = error.details?.["found"] as { key_id: string };
    expect(error.message).toContain(`--accept-signer ${found.key_id}`);
    const wrong = await thrown(() =>
      world.install({ mode: "upgrade", rules: { acceptSigner: "0000000000000000" } }),
    );
    expect(wrong.code).toBe("SIGNER_NOT_ACCEPTED");
    const accepted = await world.install({
      mode: "upgrade",
      rules: { acceptSigner: found.key_id },
    });
    expect(accepted.version).toBe("2.0.0");
    expect(await knownSigner(world.plugins.signersFile, place)).toEqual(accepted.trust.signer);
  });

  test("what is no longer signed is refused too, and less than is asked for always", async () => {
    const world = await releaseWorld();
    const signed = signedBy(minisignSigner());
    world.release(manifest("1.0.0"), signed.assets, signed.files);
    await world.install();
    world.release(manifest("2.0.0"), { "s.sh": script });
    const unsigned = await thrown(() => world.install({ mode: "upgrade" }));
    expect(unsigned.code).toBe("SIGNER_CHANGED");
    const low = await thrown(() =>
      world.install({ mode: "upgrade", rules: { minTrust: "attested" } }),
    );
    expect(low.code).toBe("TRUST_TOO_LOW");
  });
});

describe("a lockfile", () => {
  const everywhere = {
    run: { runtime: "sh", file: "s.sh" },
    binaries: { windows_x86_64: "hello.exe" },
  } as const;

  async function locked(): Promise<{ world: ReleaseWorld; record: PluginRecord }> {
    const world = await releaseWorld();
    world.release(everywhere, { "s.sh": script, "hello.exe": Buffer.from("MZ") });
    return { world, record: await world.install() };
  }

  test("names what is declared for other platforms too, and pins what is installed from it", async () => {
    const { world, record } = await locked();
    const lockfile = await lockPlugins(world.context, [record]);
    const plugin = lockfile.plugins.get(hello);
    expect(plugin?.assets.map(({ name, targets }) => [name, targets])).toEqual([
      ["hello.exe", ["windows_x86_64"]],
      ["s.sh", ["script"]],
    ]);
    if (plugin === undefined) throw new Error("nothing was locked");
    const rules = { locked: { plugin, where: "the lockfile" } };
    world.repository.asset({
      tag: "v1.0.0",
      name: "s.sh",
      contents: [Buffer.from(`${script.toString()}# more\n`)],
    });
    const error = await thrown(() => world.install({ mode: "upgrade", rules }));
    expect([error.code, error.message]).toEqual([
      "CHECKSUM_MISMATCH",
      expect.stringContaining("the lockfile"),
    ]);
  });

  test("is no reason to upgrade: what is newer is found by the newest release", async () => {
    const { world, record } = await locked();
    expect(await newestOf(world.context, record)).toEqual({ kind: "current", version: "1.0.0" });
    world.release(
      { ...everywhere, version: "1.10.0" },
      { "s.sh": script, "hello.exe": Buffer.from("MZ") },
    );
    expect(await newestOf(world.context, record)).toEqual({
      kind: "newer",
      version: "1.10.0",
      ref: "v1.10.0",
    });
  });
});
