/**
 * Lets a server kill itself with SIGKILL just before it changes a file, so that the moment does not depend on how fast the
 * machine is. Every change is written down, one line each: the call, and the path without what is random in it.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

type Call = (...args: unknown[]) => unknown;

const late = ["writeFile", "open", "rename", "link", "rm", "rmdir", "mkdir"];
const atOnce = [
  "writeFileSync",
  "writeSync",
  "ftruncateSync",
  "renameSync",
  "unlinkSync",
  "mkdirSync",
];

function labelOf(name: string, path: unknown): string {
  if (typeof path !== "string") return name;
  const inStore = /\/(db(?:\.partial)?)\//.exec(path)?.[1];
  const last = path.split("/").at(-1) ?? "";
  return `${name} ${inStore ?? last.replaceAll(/\.[0-9a-f-]{36}|\.\d+(?=\.)/g, "")}`;
}

/** Each change is a line of the file; the one that makes the line `label` come up for the n-th time is not made. */
export function armKillWrites(file: string, { label, nth }: { label: string; nth: number }): void {
  const { writeSync } = fs;
  const lines = fs.openSync(file, "a");
  let count = 0;
  // A file written at once is one change, of whatever calls it is made.
  let insideAnother = false;
  const note = (line: string): void => {
    writeSync(lines, `${line}\n`);
    if (line === label) count += 1;
    if (count === nth) process.kill(process.pid, "SIGKILL");
  };
  const wrap = (calls: object, names: readonly string[]): void => {
    for (const name of names) {
      const call: unknown = Reflect.get(calls, name);
      if (typeof call !== "function") throw new Error(`there is no ${name}`);
      const changed: Call = (...args) => {
        const changes = name !== "open" || (args[1] ?? "r") !== "r";
        if (changes && !insideAnother) note(labelOf(name, args[0]));
        if (name !== "writeFileSync") return Reflect.apply(call, calls, args) as unknown;
        insideAnother = true;
        try {
          return Reflect.apply(call, calls, args) as unknown;
        } finally {
          insideAnother = false;
        }
      };
      Reflect.set(calls, name, changed);
    }
  };
  wrap(fs.promises, late);
  wrap(fs, atOnce);
  syncBuiltinESMExports();
}
