/**
 * Preloaded into a process with `--import`: notes every change it makes to files, and kills the process with SIGKILL just
 * before one of them, or in the middle of it, so that the moment does not depend on how fast the machine is.
 *
 * AOMORI_CHANGES_FILE: where each change becomes a line, `call path`. Changes outside AOMORI_CHANGES_ROOT do not count.
 * AOMORI_KILL_AT: number of the change, from 1. AOMORI_KILL_HALF: set when half of that change is made first.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";

type Call = (...args: unknown[]) => unknown;

const { AOMORI_CHANGES_FILE: file, AOMORI_CHANGES_ROOT: root } = process.env;
const killAt = Number(process.env["AOMORI_KILL_AT"] ?? 0);
const isHalved = process.env["AOMORI_KILL_HALF"] !== undefined;

/** Copied, because the calls of `fs` are replaced below. */
const { appendFileSync, lstatSync, readdirSync, rmSync, writeFileSync, writeSync } = fs;
const paths = new WeakMap<object, string>();
let count = 0;

/** Notes a change, and dies before it when it is the one. */
function change(call: string, path: string, half?: () => void): void {
  if (root === undefined || !path.startsWith(root)) return;
  count += 1;
  if (file !== undefined) appendFileSync(file, `${call} ${path.slice(root.length)}\n`);
  if (count !== killAt) return;
  if (isHalved) half?.();
  process.kill(process.pid, "SIGKILL");
}

const halfOf = (data: unknown): string =>
  typeof data === "string" ? data.slice(0, data.length / 2) : "";

/** A folder that is being removed loses its first entry, down to the first file. */
function removeHalf(path: string): void {
  let victim = path;
  while (lstatSync(victim, { throwIfNoEntry: false })?.isDirectory() === true) {
    const [first] = readdirSync(victim);
    if (first === undefined) break;
    victim = join(victim, first);
  }
  if (victim !== path) rmSync(victim, { recursive: true, force: true });
}

function wrap(owner: object, name: string, around: (call: Call, args: unknown[]) => unknown): void {
  const call: unknown = Reflect.get(owner, name);
  if (typeof call !== "function") throw new Error(`there is no ${name}`);
  Reflect.set(owner, name, function wrapped(this: unknown, ...args: unknown[]): unknown {
    return around((...given) => Reflect.apply(call, this ?? owner, given) as unknown, args);
  });
}

/** `link` and `symlink` make their second path, `rename` moves to it. */
const changedPath: Readonly<Record<string, 0 | 1>> = {
  writeFile: 0,
  mkdir: 0,
  rm: 0,
  rmdir: 0,
  chmod: 0,
  link: 1,
  symlink: 1,
  rename: 1,
};

for (const [name, index] of Object.entries(changedPath)) {
  wrap(fs.promises, name, (call, args) => {
    const path = String(args[index]);
    change(name, path, () => {
      if (name === "rm") removeHalf(path);
      if (name === "writeFile") writeFileSync(path, halfOf(args[1]));
    });
    return call(...args);
  });
}

wrap(fs.promises, "open", async (call, args) => {
  const path = String(args[0]);
  const isReading = (args[1] ?? "r") === "r";
  if (!isReading) change("open", path);
  const handle = await call(...args);
  if (typeof handle === "object" && handle !== null) paths.set(handle, path);
  return handle;
});

const sample = await fs.promises.open(import.meta.filename, "r");
const handles: object = Object.getPrototypeOf(sample);
await sample.close();

for (const name of ["chmod", "sync", "writeFile", "write"]) {
  wrapHandle(name);
}

function wrapHandle(name: string): void {
  const call: unknown = Reflect.get(handles, name);
  if (typeof call !== "function") throw new Error(`there is no ${name}`);
  Reflect.set(handles, name, function wrapped(this: fs.promises.FileHandle, ...args: unknown[]) {
    const path = paths.get(this);
    const half = (): void => {
      if (name === "writeFile") writeSync(this.fd, halfOf(args[0]));
    };
    if (path !== undefined) change(name, path, half);
    return Reflect.apply(call, this, args) as unknown;
  });
}

syncBuiltinESMExports();
