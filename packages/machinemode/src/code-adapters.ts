import type { Adapter } from "./adapter.ts";
import { ls } from "./native/ls.ts";

/** The adapters that are code, by the tool's name; each is loaded when its tool is called, but for the one that is called most. */
export const codeAdapters: Readonly<Record<string, () => Promise<readonly Adapter[]>>> = {
  ls: async () => [ls],
  stat: async () => [(await import("./native/stat.ts")).stat],
  env: async () => [(await import("./native/env.ts")).env],
  git: async () => [
    (await import("./git/log.ts")).gitLog,
    (await import("./git/status.ts")).gitStatus,
    (await import("./git/diff.ts")).gitDiff,
    (await import("./git/branch.ts")).gitBranch,
  ],
  grep: async () => [(await import("./text/grep.ts")).grep],
  rg: async () => [(await import("./text/rg.ts")).rg],
  wc: async () => [(await import("./text/wc.ts")).wc],
  curl: async () => [(await import("./web/curl.ts")).curl],
  cp: async () => [(await import("./effects/cp.ts")).cp],
  mv: async () => [(await import("./effects/mv.ts")).mv],
  rm: async () => [(await import("./effects/rm.ts")).rm],
  mkdir: async () => [(await import("./effects/mkdir.ts")).mkdir],
  find: async () => [(await import("./native/find.ts")).find],
};
