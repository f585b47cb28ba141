import type { Adapter } from "./adapter.ts";

/** The adapters that are code, by the tool's name; each is loaded when its tool is called. */
export const codeAdapters: Readonly<Record<string, () => Promise<readonly Adapter[]>>> = {
  ls: async () => [(await import("./native/ls.ts")).ls],
  stat: async () => [(await import("./native/stat.ts")).stat],
  env: async () => [(await import("./native/env.ts")).env],
  find: async () => [(await import("./native/find.ts")).find],
};
