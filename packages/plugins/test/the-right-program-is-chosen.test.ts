import { expect, test } from "vitest";
import {
  chooseEntry,
  currentHostPlatform,
  libcOf,
  platformKeyOf,
  platformKeys,
  readManifest,
} from "@aomori/plugins";
import type { HostPlatform, Manifest } from "@aomori/plugins";
import { thrown } from "./thrown.ts";

function manifestOf(fields: Readonly<Record<string, unknown>>): Manifest {
  const content = { schema: 1, version: "1.0", description: "d", ...fields };
  return readManifest(JSON.stringify(content), { where: "aomori.plugin.json" }).manifest;
}

const linux: HostPlatform = {
  system: "linux",
  processor: "x64",
  libc: "glibc",
  rosetta: "absent",
};
const arm: HostPlatform = { ...linux, system: "darwin", processor: "arm64", libc: "unknown" };
const run = { runtime: "node", file: "plugin.mjs" };

test.each([
  ["linux", "x64", "linux_x86_64"],
  ["linux", "arm64", "linux_aarch64"],
  ["win32", "x64", "windows_x86_64"],
  ["win32", "arm64", "windows_aarch64"],
  ["darwin", "x64", "macos_x86_64"],
  ["darwin", "arm64", "macos_aarch64"],
] as const)("%s on %s gets the binary for %s", (system, processor, platform) => {
  const binaries = Object.fromEntries(platformKeys.map((key) => [key, `tool-${key}`]));
  const host = { ...arm, system, processor };
  expect(chooseEntry(manifestOf({ binaries, run }), host)).toEqual({
    entry: { kind: "native", platform, asset: `tool-${platform}` },
    notices: [],
  });
});

test("on musl the binary is chosen with a warning, unless its name says that it fits", () => {
  const musl: HostPlatform = { ...linux, libc: "musl" };
  const plain = chooseEntry(manifestOf({ binaries: { linux_x86_64: "tool" } }), musl);
  expect(plain.entry).toMatchObject({ kind: "native", asset: "tool" });
  expect(plain.notices).toMatchObject([
    { code: "LIBC_MAY_DIFFER", message: expect.stringContaining("gcompat") },
  ]);
  const fitting = manifestOf({ binaries: { linux_x86_64: "tool-linux-musl" } });
  expect(chooseEntry(fitting, musl).notices).toEqual([]);
});

test("Rosetta and Windows translate, and it is said", () => {
  const intel = manifestOf({ binaries: { macos_x86_64: "tool-mac", windows_x86_64: "tool.exe" } });
  const translated = chooseEntry(intel, { ...arm, rosetta: "installed" });
  expect(translated.entry).toEqual({
    kind: "native",
    platform: "macos_x86_64",
    asset: "tool-mac",
  });
  expect(translated.notices).toMatchObject([
    { code: "TRANSLATED_PROGRAM", message: expect.stringContaining("Rosetta") },
  ]);
  expect(chooseEntry(intel, { ...arm, system: "win32" }).entry).toMatchObject({
    platform: "windows_x86_64",
  });
});

test("without Rosetta the script is chosen, and where there is none the way to Rosetta is shown", async () => {
  const binaries = { macos_x86_64: "tool-mac" };
  expect(chooseEntry(manifestOf({ binaries, run }), arm).entry).toEqual({
    kind: "script",
    runtime: "node",
    asset: "plugin.mjs",
  });
  const error = await thrown(() => chooseEntry(manifestOf({ binaries }), arm));
  expect(error.code).toBe("UNSUPPORTED_PLATFORM");
  expect(error.message).toContain("softwareupdate --install-rosetta");
});

test("a machine that no binary is for gets the script, or an error that lists what there is", async () => {
  const binaries = { linux_x86_64: "tool", macos_aarch64: "tool-mac" };
  const riscv = { ...linux, processor: "riscv64" };
  expect(platformKeyOf(riscv)).toBeUndefined();
  expect(chooseEntry(manifestOf({ binaries, run }), riscv).entry.kind).toBe("script");
  const viewer_zip = "viewer.zip";
  const error = await thrown(() => chooseEntry(manifestOf({ binaries, viewer_zip }), riscv));
  expect(error.code).toBe("UNSUPPORTED_PLATFORM");
  expect(error.message).toContain("linux on riscv64, only for linux_x86_64, macos_aarch64");
  expect(error.details).toEqual({
    platform: "linux on riscv64",
    available: ["linux_x86_64", "macos_aarch64"],
  });
});

test("a plugin that is only looked at runs nothing, on any machine", () => {
  const manifest = manifestOf({ viewer_zip: "viewer.zip" });
  expect(chooseEntry(manifest, { ...linux, system: "freebsd" })).toEqual({
    entry: { kind: "viewer_only", asset: "viewer.zip" },
    notices: [],
  });
});

test("the libc is told by the loaders, and this machine by itself", () => {
  expect(libcOf(["ld-musl-x86_64.so.1"])).toBe("musl");
  expect(libcOf(["ld-musl-x86_64.so.1", "ld-linux-x86-64.so.2"])).toBe("glibc");
  expect(libcOf(["libc.so"])).toBe("unknown");
  const report = process.report.getReport();
  const header = "header" in report ? report.header : undefined;
  const isGlibc = Object.hasOwn(Object(header), "glibcVersionRuntime");
  const host = currentHostPlatform();
  expect(host).toMatchObject({ system: process.platform, processor: process.arch });
  if (process.platform === "linux") expect(host.libc === "glibc").toBe(isGlibc);
});
