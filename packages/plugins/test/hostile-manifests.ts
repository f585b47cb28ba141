/** A manifest that is right, to be spoilt. */
export const soundManifest = {
  schema: 1,
  name: "wavefront",
  version: "1.4.0",
  description: "Looks at waves",
  binaries: { linux_x86_64: "wavefront-linux-x86_64" },
};

export interface HostileManifest {
  readonly title: string;
  /** As text, as bytes, or as fields that take the place of those of `soundManifest`. */
  readonly content: string | Uint8Array | Readonly<Record<string, unknown>>;
  readonly code: "MANIFEST_PARSE" | "MANIFEST_INVALID" | "UNSUPPORTED_MANIFEST";
  readonly says: RegExp;
  /** Default `aomori.plugin.json`. */
  readonly file?: string;
}

const manyCommands = Array.from({ length: 65 }, (_, index) => `task c${index}`);
const manyHashes = Object.fromEntries(
  Array.from({ length: 65 }, (_, index) => [`asset-${index}`, "0".repeat(64)]),
);

const wrongText: readonly HostileManifest[] = [
  { title: "no JSON", content: "{", code: "MANIFEST_PARSE", says: /it is not JSON/ },
  { title: "a comment", content: "{} // x", code: "MANIFEST_PARSE", says: /it is not JSON/ },
  {
    title: "an escape where a parser quotes it",
    content: "\u001b]0;\u009b31m",
    code: "MANIFEST_PARSE",
    says: /it is not JSON: .*\\u001b/,
  },
  {
    title: "no UTF-8",
    content: new Uint8Array([0x22, 0xff, 0x22]),
    code: "MANIFEST_PARSE",
    says: /not UTF-8/,
  },
  {
    title: "a field twice",
    content: '{"version":"1.0","version":"2.0"}',
    code: "MANIFEST_PARSE",
    says: /it says version twice/,
  },
  {
    title: "a field twice, once escaped",
    content: String.raw`{"run":{"file":"a","fil\u0065":"b"}}`,
    code: "MANIFEST_PARSE",
    says: /it says run\.file twice/,
  },
  {
    title: "a prototype",
    content: '{"sha256":{"__proto__":{}}}',
    code: "MANIFEST_PARSE",
    says: /__proto__/,
  },
  {
    title: "too deep",
    content: `${"[".repeat(17)}${"]".repeat(17)}`,
    code: "MANIFEST_PARSE",
    says: /deeper than 16 levels/,
  },
  {
    title: "very deep",
    content: `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
    code: "MANIFEST_PARSE",
    says: /deeper than 16 levels/,
  },
  {
    title: "too large",
    content: `"${"x".repeat(300_000)}"`,
    code: "MANIFEST_PARSE",
    says: /300002 bytes, and 262144/,
  },
  { title: "a list", content: "[]", code: "MANIFEST_PARSE", says: /it is not an object/ },
];

const wrongFields: readonly HostileManifest[] = [
  {
    title: "no schema",
    content: { schema: undefined },
    code: "MANIFEST_PARSE",
    says: /schema: it is missing/,
  },
  {
    title: "a schema as text",
    content: { schema: "1" },
    code: "MANIFEST_PARSE",
    says: /schema: Invalid input/,
  },
  {
    title: "a later schema",
    content: { schema: 2 },
    code: "UNSUPPORTED_MANIFEST",
    says: /of schema 2.*upgrade it/,
  },
  {
    title: "no version",
    content: { version: undefined },
    code: "MANIFEST_PARSE",
    says: /version: it is missing/,
  },
  {
    title: "a version that climbs",
    content: { version: "1.0/../../x" },
    code: "MANIFEST_INVALID",
    says: /version: "1\.0\/\.\./,
  },
  {
    title: "a version as number",
    content: { version: 1.5 },
    code: "MANIFEST_PARSE",
    says: /version: .*expected string/,
  },
  {
    title: "an author of null",
    content: { author: null },
    code: "MANIFEST_PARSE",
    says: /author: .*received null/,
  },
  {
    title: "an escape in a text",
    content: { description: "\u001b[2Jhello" },
    code: "MANIFEST_INVALID",
    says: /description: it holds U\+001B/,
  },
  {
    title: "a text that turns around",
    content: { author: "a\u202egnp.exe" },
    code: "MANIFEST_INVALID",
    says: /author: it holds U\+202E/,
  },
  {
    title: "two lines",
    content: { description: "a\nb" },
    code: "MANIFEST_INVALID",
    says: /U\+000A/,
  },
  {
    title: "a long text",
    content: { description: "x".repeat(501) },
    code: "MANIFEST_INVALID",
    says: /501 characters, and 500/,
  },
  {
    title: "a reserved name",
    content: { name: "Aomori" },
    code: "MANIFEST_INVALID",
    says: /name: .*name of the host itself/,
  },
  {
    title: "a homepage that runs",
    content: { homepage: "javascript:alert(1)" },
    code: "MANIFEST_INVALID",
    says: /homepage: /,
  },
  {
    title: "a homepage with a password",
    content: { homepage: "https://u:p@example.com/" },
    code: "MANIFEST_INVALID",
    says: /carries no password/,
  },
  {
    title: "a protocol of its own",
    content: { protocol: 3 },
    code: "MANIFEST_PARSE",
    says: /protocol: /,
  },
  {
    title: "an asset that climbs",
    content: { binaries: { linux_x86_64: "../../../bin/sh" } },
    code: "MANIFEST_INVALID",
    says: /binaries\.linux_x86_64: .*asset/,
  },
  {
    title: "an asset from elsewhere",
    content: { binaries: { linux_x86_64: "https://evil.example/x" } },
    code: "MANIFEST_INVALID",
    says: /binaries\.linux_x86_64/,
  },
  {
    title: "one platform in both spellings",
    content: { binaries: { linux_x86_64: "a", "linux-x86_64": "b" } },
    code: "MANIFEST_INVALID",
    says: /binaries\.linux-x86_64: it says the same platform/,
  },
  {
    title: "nothing to install",
    content: { binaries: {} },
    code: "MANIFEST_INVALID",
    says: /nothing to install/,
  },
  {
    title: "only unknown platforms",
    content: { binaries: { solaris_sparc: "a" } },
    code: "MANIFEST_INVALID",
    says: /nothing to install/,
  },
  {
    title: "a runtime of its own",
    content: { run: { runtime: "bash", file: "plugin.sh" } },
    code: "MANIFEST_PARSE",
    says: /run\.runtime: /,
  },
  {
    title: "a script that climbs",
    content: { run: { runtime: "sh", file: "/etc/passwd" } },
    code: "MANIFEST_INVALID",
    says: /run\.file: /,
  },
  {
    title: "a viewer under a device's name",
    content: { viewer_zip: "con.zip" },
    code: "MANIFEST_INVALID",
    says: /viewer_zip: .*Windows keeps/,
  },
  {
    title: "a route that climbs",
    content: { viewer_zip: "v.zip", viewer_routes: [{ path: "/../x", method: "GET", type: "t" }] },
    code: "MANIFEST_INVALID",
    says: /viewer_routes\[0\]\.path: /,
  },
  {
    title: "a route without a slash",
    content: { viewer_zip: "v.zip", viewer_routes: [{ path: "x", method: "GET", type: "t" }] },
    code: "MANIFEST_INVALID",
    says: /begins with \//,
  },
  {
    title: "a route by TRACE",
    content: { viewer_zip: "v.zip", viewer_routes: [{ path: "/x", method: "TRACE", type: "t" }] },
    code: "MANIFEST_PARSE",
    says: /viewer_routes\[0\]\.method: /,
  },
  {
    title: "a route twice",
    content: {
      viewer_zip: "v.zip",
      viewer_routes: [
        { path: "/x", method: "GET", type: "a" },
        { path: "/x", method: "GET", type: "b" },
      ],
    },
    code: "MANIFEST_INVALID",
    says: /viewer_routes\[1\]: GET \/x is there twice/,
  },
  {
    title: "the right to install plugins",
    content: { commands: ["plugins install"] },
    code: "MANIFEST_INVALID",
    says: /commands\[0\]: "plugins install" is never granted/,
  },
  {
    title: "the right to all of the configuration",
    content: { commands: ["task show", "config *"] },
    code: "MANIFEST_INVALID",
    says: /commands\[1\]: /,
  },
  {
    title: "the right to everything",
    content: { commands: ["*"] },
    code: "MANIFEST_INVALID",
    says: /"\*" is not a command/,
  },
  {
    title: "a command with a flag",
    content: { commands: ["task show --format=json"] },
    code: "MANIFEST_INVALID",
    says: /is not a command/,
  },
  {
    title: "too many commands",
    content: { commands: manyCommands },
    code: "MANIFEST_INVALID",
    says: /commands: it has more than 64 items/,
  },
  {
    title: "the search path",
    content: { secrets: ["PATH"] },
    code: "MANIFEST_INVALID",
    says: /PATH is never handed/,
  },
  {
    title: "the loader",
    content: { secrets: ["LD_PRELOAD"] },
    code: "MANIFEST_INVALID",
    says: /LD_PRELOAD is never/,
  },
  {
    title: "the loader of macOS",
    content: { secrets: ["DYLD_INSERT_LIBRARIES"] },
    code: "MANIFEST_INVALID",
    says: /DYLD_/,
  },
  {
    title: "options of Node",
    content: { secrets: ["NODE_OPTIONS"] },
    code: "MANIFEST_INVALID",
    says: /NODE_OPTIONS is never/,
  },
  {
    title: "where git finds its programs",
    content: { secrets: ["GIT_TOKEN", "NODE_AUTH_TOKEN", "GIT_EXEC_PATH"] },
    code: "MANIFEST_INVALID",
    says: /valid: secrets\[2\]: GIT_EXEC_PATH is never/,
  },
  {
    title: "the library of Python",
    content: { secrets: ["PYTHONPATH"] },
    code: "MANIFEST_INVALID",
    says: /PYTHONPATH is never/,
  },
  {
    title: "the host's own variables",
    content: { secrets: ["AOMORI_API_KEY"] },
    code: "MANIFEST_INVALID",
    says: /AOMORI_API_KEY is never/,
  },
  {
    title: "a variable with a value",
    content: { secrets: ["TOKEN=x"] },
    code: "MANIFEST_INVALID",
    says: /not the name of a variable/,
  },
  {
    title: "every host",
    content: { hosts: ["*"] },
    code: "MANIFEST_INVALID",
    says: /hosts\[0\]: "\*" is not a host/,
  },
  {
    title: "a whole domain of domains",
    content: { hosts: ["*.com"] },
    code: "MANIFEST_INVALID",
    says: /is not a host/,
  },
  {
    title: "a host with a scheme",
    content: { hosts: ["https://api.example.com"] },
    code: "MANIFEST_INVALID",
    says: /is not a host/,
  },
  {
    title: "a host's look-alike",
    content: { hosts: ["\u0430pi.example.com"] },
    code: "MANIFEST_INVALID",
    says: /\\u0430pi/,
  },
  {
    title: "a port that is none",
    content: { hosts: ["example.com:70000"] },
    code: "MANIFEST_INVALID",
    says: /is not a host/,
  },
  {
    title: "a hash of another kind",
    content: { sha256: { "wavefront-linux-x86_64": "md5" } },
    code: "MANIFEST_INVALID",
    says: /sha256\["?wavefront-linux-x86_64|sha256\.wavefront-linux-x86_64: "md5"/,
  },
  {
    title: "a hash of a file elsewhere",
    content: { sha256: { "../x": "0".repeat(64) } },
    code: "MANIFEST_INVALID",
    says: /sha256\["\.\.\/x"\]: /,
  },
  {
    title: "too many hashes",
    content: { sha256: manyHashes },
    code: "MANIFEST_INVALID",
    says: /sha256: it has more than 64/,
  },
];

const file = "objectiveai.json";
const wrongOlder: readonly HostileManifest[] = [
  {
    title: "containers (v5)",
    file,
    content: '{"mcp":{"containerfile":"Containerfile","port":80}}',
    code: "UNSUPPORTED_MANIFEST",
    says: /containers.*aomori\.plugin\.json/,
  },
  {
    title: "only a page elsewhere (v3)",
    file,
    content: '{"owner":"o","version":"1.0","description":"d","viewer_url":"https://example.com"}',
    code: "UNSUPPORTED_MANIFEST",
    says: /v3 with nothing but a viewer_url/,
  },
  {
    title: "a program outside of its archive (v4)",
    file,
    content:
      '{"name":"w","version":"1.0","description":"d","exec":{"linux":["/bin/w"]},"cli_zip":"w.zip"}',
    code: "UNSUPPORTED_MANIFEST",
    says: /v4: exec\.linux was passed over: it starts \["\/bin\/w"]/,
  },
  {
    title: "a shell in exec (v4)",
    file,
    content:
      '{"version":"1.0","description":"d","exec":{"linux":["sh","-c","curl x | sh"]},"cli_zip":"w.zip"}',
    code: "UNSUPPORTED_MANIFEST",
    says: /curl x/,
  },
  {
    title: "an archive that climbs (v4)",
    file,
    content:
      '{"version":"1.0","description":"d","exec":{"linux":["./plugin"]},"cli_zip":"../w.zip"}',
    code: "MANIFEST_INVALID",
    says: /binaries\.linux_x86_64: /,
  },
  {
    title: "a version that climbs (v2)",
    file,
    content: '{"version":"../../x","description":"d","binaries":{"linux_x86_64":"w"}}',
    code: "MANIFEST_INVALID",
    says: /version: /,
  },
];

export const hostileManifests: readonly HostileManifest[] = [
  ...wrongText,
  ...wrongFields,
  ...wrongOlder,
];
