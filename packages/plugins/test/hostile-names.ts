/** What an attacker, or a slip, would hand in; each is refused for its own reason. Data for tests. */
export interface HostileName {
  readonly kind:
    | "owner"
    | "repository"
    | "ref"
    | "commit"
    | "version"
    | "asset"
    | "plugin"
    | "sha256"
    | "coordinates";
  readonly text: string;
  readonly code: string;
  readonly says: RegExp;
}

export const hostileNames: readonly HostileName[] = [
  { kind: "owner", text: "", code: "INVALID_OWNER", says: /it is empty/ },
  { kind: "owner", text: "..", code: "INVALID_OWNER", says: /must be letters, digits/ },
  { kind: "owner", text: "a/b", code: "INVALID_OWNER", says: /"a\/b"/ },
  { kind: "owner", text: "-rf", code: "INVALID_OWNER", says: /single hyphens/ },
  { kind: "owner", text: "a--b", code: "INVALID_OWNER", says: /single hyphens/ },
  { kind: "owner", text: "a".repeat(40), code: "INVALID_OWNER", says: /40 characters, and 39/ },
  {
    kind: "owner",
    text: "\u0430omori",
    code: "INVALID_OWNER",
    says: /U\+0430, which is not ASCII/,
  },
  { kind: "owner", text: "%2e%2e", code: "INVALID_OWNER", says: /percent-encoded/ },
  { kind: "owner", text: "a\u0000b", code: "INVALID_OWNER", says: /control character U\+0000/ },
  { kind: "repository", text: "../evil", code: "INVALID_REPOSITORY", says: /must not begin/ },
  { kind: "repository", text: "a..b", code: "INVALID_REPOSITORY", says: /two dots in a row/ },
  { kind: "repository", text: ".github", code: "INVALID_REPOSITORY", says: /must not begin/ },
  { kind: "repository", text: "--as", code: "INVALID_REPOSITORY", says: /must not begin/ },
  { kind: "repository", text: "tool.GIT", code: "INVALID_REPOSITORY", says: /ends with \.git/ },
  { kind: "repository", text: "con", code: "INVALID_REPOSITORY", says: /Windows keeps/ },
  { kind: "repository", text: "LPT1.txt", code: "INVALID_REPOSITORY", says: /Windows keeps/ },
  { kind: "repository", text: "tool.", code: "INVALID_REPOSITORY", says: /ends with a dot/ },
  { kind: "repository", text: "a\\b", code: "INVALID_REPOSITORY", says: /must be letters/ },
  {
    kind: "repository",
    text: "r".repeat(101),
    code: "INVALID_REPOSITORY",
    says: /100 are the most/,
  },
  { kind: "repository", text: "AoMoRi", code: "RESERVED_REPOSITORY_NAME", says: /rename the repo/ },
  {
    kind: "repository",
    text: "ObjectiveAI",
    code: "RESERVED_REPOSITORY_NAME",
    says: /host itself/,
  },
  { kind: "plugin", text: "tool.json", code: "INVALID_PLUGIN_NAME", says: /ends with \.json/ },
  { kind: "plugin", text: "__proto__", code: "INVALID_PLUGIN_NAME", says: /table of names/ },
  { kind: "plugin", text: ".staging", code: "INVALID_PLUGIN_NAME", says: /must not begin/ },
  { kind: "plugin", text: "ObjectiveAI", code: "RESERVED_REPOSITORY_NAME", says: /--as NAME/ },
  { kind: "plugin", text: "SPEC", code: "RESERVED_REPOSITORY_NAME", says: /a command of the host/ },
  { kind: "ref", text: "a..b", code: "INVALID_REF", says: /two dots/ },
  { kind: "ref", text: "refs//heads", code: "INVALID_REF", says: /parts between slashes is empty/ },
  { kind: "ref", text: "/main", code: "INVALID_REF", says: /is empty/ },
  { kind: "ref", text: "feature/.hidden", code: "INVALID_REF", says: /begins with a dot/ },
  { kind: "ref", text: "main.lock", code: "INVALID_REF", says: /\.lock/ },
  { kind: "ref", text: "main@{1}", code: "INVALID_REF", says: /its @/ },
  { kind: "ref", text: "a b", code: "INVALID_REF", says: /without blanks/ },
  { kind: "ref", text: "main~1", code: "INVALID_REF", says: /it holds ~/ },
  { kind: "ref", text: "main:objectiveai.json", code: "INVALID_REF", says: /it holds :/ },
  { kind: "ref", text: "--upload-pack=x", code: "INVALID_REF", says: /begins with a hyphen/ },
  { kind: "ref", text: "%2e%2e/x", code: "INVALID_REF", says: /percent-encoded/ },
  { kind: "ref", text: "main\u202e", code: "INVALID_REF", says: /U\+202E/ },
  { kind: "commit", text: "abc1234", code: "INVALID_COMMIT", says: /40 hexadecimal digits/ },
  { kind: "commit", text: `${"a".repeat(39)}/`, code: "INVALID_COMMIT", says: /rev-parse/ },
  { kind: "version", text: "1/../../x", code: "INVALID_VERSION", says: /must be letters/ },
  { kind: "version", text: "..", code: "INVALID_VERSION", says: /begins with a letter or digit/ },
  { kind: "version", text: "1..2", code: "INVALID_VERSION", says: /two dots/ },
  { kind: "version", text: "v1.0.0", code: "INVALID_VERSION", says: /stand there twice/ },
  { kind: "version", text: "1.0.lock", code: "INVALID_VERSION", says: /\.lock/ },
  { kind: "version", text: "1.0.0\n", code: "INVALID_VERSION", says: /U\+000A/ },
  { kind: "version", text: "\uff11.0", code: "INVALID_VERSION", says: /U\+FF11/ },
  { kind: "version", text: "aux", code: "INVALID_VERSION", says: /Windows keeps/ },
  { kind: "asset", text: "../../x", code: "INVALID_ASSET_NAME", says: /must be letters/ },
  { kind: "asset", text: "a/b.zip", code: "INVALID_ASSET_NAME", says: /the name alone/ },
  { kind: "asset", text: "x%2fy", code: "INVALID_ASSET_NAME", says: /percent-encoded/ },
  { kind: "asset", text: "-o", code: "INVALID_ASSET_NAME", says: /begins with/ },
  { kind: "asset", text: "tool?raw=1", code: "INVALID_ASSET_NAME", says: /must be letters/ },
  { kind: "asset", text: "C:tool.exe", code: "INVALID_ASSET_NAME", says: /must be letters/ },
  { kind: "asset", text: "nul.exe", code: "INVALID_ASSET_NAME", says: /Windows keeps/ },
  { kind: "sha256", text: "g".repeat(64), code: "INVALID_SHA256", says: /64 hexadecimal/ },
  { kind: "sha256", text: "0".repeat(63), code: "INVALID_SHA256", says: /64 hexadecimal/ },
  { kind: "coordinates", text: "tool", code: "INVALID_COORDINATES", says: /OWNER\/REPOSITORY@REF/ },
  { kind: "coordinates", text: "a/b/c", code: "INVALID_COORDINATES", says: /does not name/ },
  {
    kind: "coordinates",
    text: "https://github.com/a/b",
    code: "INVALID_COORDINATES",
    says: /write/,
  },
  { kind: "coordinates", text: "a/b@", code: "INVALID_REF", says: /it is empty/ },
  { kind: "coordinates", text: "a/../b", code: "INVALID_COORDINATES", says: /does not name/ },
  { kind: "coordinates", text: "a/..@main", code: "INVALID_REPOSITORY", says: /must not begin/ },
  { kind: "coordinates", text: "/b", code: "INVALID_OWNER", says: /it is empty/ },
];
