import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { declaredAssets, manifestJsonSchema, readManifest } from "@aomori/plugins";
import type { ReadManifest } from "@aomori/plugins";
import { hostileManifests, soundManifest } from "./hostile-manifests.ts";

const hash = "ab".repeat(32);

const fullManifest = {
  schema: 1,
  name: "wavefront",
  version: "1.4.0",
  description: "Looks at waves — in any sea",
  author: "A. Person",
  homepage: "https://example.com/waves?x=1",
  license: "Apache-2.0 OR MIT",
  protocol: 2,
  binaries: { linux_x86_64: "wavefront-linux-x86_64.tar.gz", macos_aarch64: "wavefront-macos" },
  run: { runtime: "node", file: "plugin.mjs" },
  viewer_zip: "viewer.zip",
  viewer_routes: [{ path: "/waves/added", method: "POST", type: "wave added" }],
  commands: ["task show", "spec *", "doctor"],
  secrets: ["WAVES_TOKEN", "GITHUB_TOKEN"],
  hosts: ["api.example.com", "*.waves.example.com", "localhost:8080", "127.0.0.1"],
  sha256: { "plugin.mjs": hash.toUpperCase() },
};

function read(value: unknown, file = "aomori.plugin.json"): ReadManifest {
  return readManifest(JSON.stringify(value), { where: file });
}

function codesOf({ notices }: ReadManifest): readonly string[] {
  return notices.map((notice) => `${notice.code} ${notice.path}`);
}

test("a manifest that says everything is read as it stands", () => {
  const { manifest, generation, notices } = read(fullManifest);
  expect(manifest).toEqual({ ...fullManifest, sha256: { "plugin.mjs": hash } });
  expect(generation).toBe("current");
  expect(notices).toEqual([]);
  expect(declaredAssets(manifest)).toEqual([
    "wavefront-linux-x86_64.tar.gz",
    "wavefront-macos",
    "plugin.mjs",
    "viewer.zip",
  ]);
});

test("what is left out has its default, and commands stay absent", () => {
  const { manifest } = read(soundManifest);
  expect(manifest).toEqual({
    ...soundManifest,
    protocol: 1,
    viewer_routes: [],
    secrets: [],
    hosts: [],
    sha256: {},
  });
});

test("bytes with a byte order mark are read", () => {
  const bytes = Buffer.from(`\ufeff${JSON.stringify(soundManifest)}`);
  expect(readManifest(bytes, { where: "aomori.plugin.json" }).manifest.version).toBe("1.4.0");
});

test("unknown fields are named, with the field that was meant, and not kept", () => {
  const result = read({
    ...soundManifest,
    licence: "MIT",
    run: { runtime: "sh", file: "plugin.sh", arguments: [] },
    viewer_zip: "v.zip",
    viewer_routes: [{ path: "/a", method: "GET", type: "t", auth: true }],
  });
  expect(codesOf(result)).toEqual([
    "UNKNOWN_FIELD licence",
    "UNKNOWN_FIELD run.arguments",
    "UNKNOWN_FIELD viewer_routes[0].auth",
  ]);
  expect(result.notices[0]?.message).toContain('Did you mean "license"?');
  expect(Object.keys(result.manifest)).not.toContain("licence");
});

test("platforms are read in both spellings, and a foreign one gets a hint", () => {
  const result = read({
    ...soundManifest,
    binaries: { "linux-x86_64": "a", "darwin-arm64": "b", linux_amd64: "c", plan9_mips: "d" },
  });
  expect(result.manifest.binaries).toEqual({ linux_x86_64: "a" });
  expect(codesOf(result)).toEqual([
    "SPELLING_VARIANT binaries.linux-x86_64",
    "UNKNOWN_FIELD binaries.darwin-arm64",
    "UNKNOWN_FIELD binaries.linux_amd64",
    "UNKNOWN_FIELD binaries.plan9_mips",
  ]);
  expect(result.notices[1]?.message).toContain('Did you mean "macos_aarch64"?');
  expect(result.notices[2]?.message).toContain('Did you mean "linux_x86_64"?');
  expect(result.notices[3]?.message).toContain("windows_aarch64");
});

test("hashes of nothing and routes to nowhere are pointed out", () => {
  const result = read({
    ...soundManifest,
    sha256: { other: hash },
    viewer_routes: [{ path: "/a", method: "GET", type: "t" }],
  });
  expect(codesOf(result)).toEqual(["UNUSED_ROUTES viewer_routes", "UNUSED_HASH sha256"]);
});

test("v1, with its hyphens, is read", () => {
  const result = read(
    {
      description: "Looks at waves",
      version: "0.99.0",
      author: null,
      mobile_ready: false,
      binaries: { "linux-x86_64": "waves-linux-x86_64", "windows-x86_64": "waves.exe" },
    },
    "https://example.com/o/r/HEAD/objectiveai.json",
  );
  expect(result.generation).toBe("v1");
  expect(result.manifest).toMatchObject({
    schema: 1,
    protocol: 1,
    version: "0.99.0",
    binaries: { linux_x86_64: "waves-linux-x86_64", windows_x86_64: "waves.exe" },
  });
  expect(codesOf(result)).toEqual([
    "OLDER_MANIFEST ",
    "IGNORED_FIELD mobile_ready",
    "SPELLING_VARIANT binaries.linux-x86_64",
    "SPELLING_VARIANT binaries.windows-x86_64",
  ]);
});

test("v2 is read with its viewer, and a homepage that is no address is passed over", () => {
  const result = read(
    {
      description: "Looks at waves",
      version: "1.0.0",
      homepage: "example dot com",
      license: "MIT",
      viewer_zip: "viewer.zip",
      viewer_routes: [{ path: "/a", method: "PUT", type: "t" }],
      schema: 7,
    },
    "objectiveai.json",
  );
  expect(result.generation).toBe("v2");
  expect(result.manifest).toMatchObject({ schema: 1, license: "MIT", viewer_zip: "viewer.zip" });
  expect(codesOf(result)).toEqual([
    "OLDER_MANIFEST ",
    "IGNORED_FIELD schema",
    "IGNORED_FIELD homepage",
  ]);
});

test("v3 is read without its owner, its servers and its page elsewhere", () => {
  const result = read(
    {
      owner: "Somebody",
      description: "Looks at waves",
      version: "1.0.0",
      binaries: { macos_aarch64: "waves" },
      viewer_url: "https://example.com/viewer",
      mcp_servers: [{ name: "waves", url: "http://localhost:1", authorization: false }],
    },
    "objectiveai.json",
  );
  expect(result.generation).toBe("v3");
  expect(result.manifest.binaries).toEqual({ macos_aarch64: "waves" });
  expect(codesOf(result)).toEqual([
    "OLDER_MANIFEST ",
    "IGNORED_FIELD owner",
    "IGNORED_FIELD mcp_servers",
    "IGNORED_FIELD viewer_url",
  ]);
});

test("v4 is read where its archives start as ours do, and says what is left out", () => {
  const result = read(
    {
      owner: "Somebody",
      name: "waves",
      description: "Looks at waves",
      version: "0.1.0",
      daemon: true,
      exec: { linux: ["./plugin"], windows: ["plugin.exe"], macos: ["./waves", "serve"] },
      cli_zip: {
        linux: { x86_64: "waves-linux-x86_64.zip", aarch64: "waves-linux-aarch64.zip" },
        windows: "waves-windows.zip",
        macos: "waves-macos.zip",
      },
    },
    "objectiveai.json",
  );
  expect(result.generation).toBe("v4");
  expect(result.manifest.name).toBe("waves");
  expect(result.manifest.binaries).toEqual({
    linux_x86_64: "waves-linux-x86_64.zip",
    linux_aarch64: "waves-linux-aarch64.zip",
    windows_x86_64: "waves-windows.zip",
    windows_aarch64: "waves-windows.zip",
  });
  expect(codesOf(result)).toEqual([
    "OLDER_MANIFEST ",
    "IGNORED_FIELD owner",
    "IGNORED_FIELD daemon",
    "IGNORED_FIELD exec.macos",
    "IGNORED_FIELD exec",
  ]);
});

test("v4 says which file of an archive starts it, and nothing outside of the archive does", () => {
  const older = { description: "Looks at waves", version: "0.1.0", cli_zip: "waves.zip" };
  const exec = { linux: ["./bin/waves"], windows: ["waves.exe"], macos: ["./../waves"] };
  const result = read({ ...older, exec }, "objectiveai.json");
  expect(result.programs).toEqual({ linux: "bin/waves", windows: "waves.exe" });
  expect(Object.keys(result.manifest.binaries)).not.toContain("macos_x86_64");
  for (const argv of [["/bin/waves"], ["node"], ["waves", "-x"], ["node", "/etc/x.js"], [""], []]) {
    expect(() => read({ ...older, exec: { linux: argv } }, "objectiveai.json")).toThrow(
      /it starts .*started by one file of its archive/,
    );
  }
});

test("v4 with one script for all is read as a script", () => {
  const argv = ["python3", "./src/waves.py"];
  const older = {
    description: "Looks at waves",
    version: "0.1.0",
    exec: { linux: argv, macos: argv },
    cli_zip: "waves.zip",
  };
  const result = read(older, "objectiveai.json");
  expect(result.manifest.run).toEqual({ runtime: "python", file: "waves.zip" });
  expect(result.programs).toEqual({ script: "src/waves.py" });
  const differing = { ...older, cli_zip: { linux: "a.zip", macos: "b.zip" } };
  expect(() => read(differing, "objectiveai.json")).toThrow(/differ from system to system/);
});

test("the JSON Schema takes what is read and refuses what it can see is wrong", () => {
  const document = manifestJsonSchema();
  expect(document["$schema"]).toBe("https://json-schema.org/draft/2020-12/schema");
  const isValid = new Ajv2020().compile(document);
  expect(isValid(fullManifest)).toBe(true);
  expect(isValid(soundManifest)).toBe(true);
  // Beyond a schema: what depends on another field, on a list of names, or on the text as a whole.
  const beyond = new Set(
    "an escape in a text|a text that turns around|two lines|a reserved name|a homepage with a password|one platform in both spellings|only unknown platforms|a viewer under a device's name|a route twice|the right to install plugins|the right to all of the configuration|too many hashes|the search path|the loader|the loader of macOS|options of Node|where git finds its programs|the library of Python|the host's own variables|a port that is none".split(
      "|",
    ),
  );
  const spoilt = hostileManifests.filter(({ content }) => content.constructor === Object);
  expect(spoilt.length).toBeGreaterThan(30);
  for (const { title, content } of spoilt) {
    const manifest: unknown = JSON.parse(JSON.stringify({ ...soundManifest, ...Object(content) }));
    expect([title, isValid(manifest)]).toEqual([title, beyond.has(title)]);
  }
});
