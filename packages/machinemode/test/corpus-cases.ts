import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { oddNames } from "./odd-names.ts";

export interface CorpusCase {
  readonly name: string;
  /** The program whose version is noted. */
  readonly program: string;
  /** What follows `machinemode`. */
  readonly words: readonly string[];
}

/** Calls whose output is the same wherever they are recorded, or harmless to publish. */
export const corpusCases: readonly CorpusCase[] = [
  { name: "find", program: "find", words: ["find", "names", "-true"] },
  { name: "find-ls", program: "find", words: ["find", "tree", "-true", "-ls"] },
  { name: "du", program: "du", words: ["du", "-a", "--apparent-size", "names"] },
  { name: "df", program: "df", words: ["df", "/", "/proc"] },
  {
    name: "wc",
    program: "wc",
    words: ["wc", "tree/one", "names/new\nline", "names/a  b", "missing"],
  },
  { name: "grep", program: "grep", words: ["grep", "-rE", "^[0-9]+$", "names"] },
  { name: "grep-files", program: "grep", words: ["grep", "-rlE", "^1", "names"] },
  { name: "grep-count", program: "grep", words: ["grep", "-rc", "1", "tree"] },
  { name: "rg", program: "rg", words: ["rg", "-C1", "e", "tree"] },
  { name: "git-log", program: "git", words: ["git", "-C", "repo", "log", "--oneline"] },
  { name: "git-status", program: "git", words: ["git", "-C", "repo", "status"] },
  { name: "git-diff", program: "git", words: ["git", "-C", "repo", "diff", "HEAD~1", "-M"] },
  { name: "git-branch", program: "git", words: ["git", "-C", "repo", "branch", "-a"] },
  { name: "jq", program: "jq", words: ["jq", "-n", '1, "two", [3], {"four": 4.5}, null, "ü\\n"'] },
  { name: "lsblk", program: "lsblk", words: ["lsblk", "-o", "NAME,SIZE,TYPE,RO"] },
  { name: "mount", program: "findmnt", words: ["mount", "-t", "proc"] },
  { name: "ip-link", program: "ip", words: ["ip", "link", "show", "lo"] },
  { name: "ip-addr", program: "ip", words: ["ip", "-4", "addr", "show", "lo"] },
  { name: "ps", program: "ps", words: ["ps", "-p", "2"] },
  { name: "ss", program: "ss", words: ["ss", "-tl", "-f", "inet6"] },
  { name: "npm-ls", program: "npm", words: ["npm", "ls", "--prefix", "package"] },
];

/** What the cases look at. */
export function makeCorpusFolder(folder: string): void {
  for (const name of ["names", "tree/two", "package/node_modules/dep", "repo"])
    mkdirSync(join(folder, name), { recursive: true });
  for (const [index, name] of oddNames.entries())
    writeFileSync(Buffer.concat([Buffer.from(join(folder, "names/")), name]), `${index}\n`);
  writeFileSync(join(folder, "tree/one"), "first line\nsecond\nthe end\n");
  writeFileSync(join(folder, "tree/two/bytes"), Buffer.from([0x65, 0xff, 0x0a]));
  symlinkSync("one -> two", join(folder, "tree/link"));
  for (const name of ["tree/one", "tree/two/bytes", "tree/two", "tree"])
    utimesSync(join(folder, name), 1_700_000_000, 1_700_000_000);
  writeFileSync(
    join(folder, "package/package.json"),
    '{"name":"own","version":"1.0.0","dependencies":{"dep":"2.0.0","absent":"1.0.0"}}',
  );
  writeFileSync(
    join(folder, "package/node_modules/dep/package.json"),
    '{"name":"dep","version":"2.0.0"}',
  );
  makeRepository(join(folder, "repo"));
}

function makeRepository(cwd: string): void {
  const git = (...args: readonly string[]): void => {
    const env = {
      ...process.env,
      GIT_AUTHOR_DATE: "2024-02-29T12:00:00+0545",
      GIT_COMMITTER_DATE: "2024-03-01T00:00:00Z",
    };
    execFileSync(
      "git",
      [
        "-c",
        "user.name=Ada Ö",
        "-c",
        "user.email=ada@example.com",
        "-c",
        "commit.gpgsign=false",
        ...args,
      ],
      { cwd, env, stdio: "pipe" },
    );
  };
  git("init", "-q", "-b", "main");
  writeFileSync(join(cwd, "a\nb"), "one\ntwo\nthree\n");
  writeFileSync(join(cwd, "binary"), Buffer.from([0, 1, 2]));
  git("add", "-A");
  git("commit", "-q", "-m", "First\n\nwith a body\n\nof two paragraphs");
  git("mv", "a\nb", "to -> here");
  writeFileSync(join(cwd, "binary"), Buffer.from([0, 1, 3]));
  git("add", "-A");
  git("commit", "-q", "-m", 'Second "quoted" {a => b}');
  git("branch", "other/ü");
  git("tag", "v1");
  writeFileSync(join(cwd, "to -> here"), "changed\n");
  writeFileSync(join(cwd, "new \t"), "");
}
