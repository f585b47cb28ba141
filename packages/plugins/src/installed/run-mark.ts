import { closeSync, mkdirSync, openSync, readlinkSync, unlinkSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { errnoOf, identifyProcess } from "@aomori/system";
import { isAbsent, namesIn } from "./durable-files.ts";
import type { PluginLayout } from "./plugin-layout.ts";

/** A version that is not removed while this process lives and has not released it. */
export interface RunMark extends Disposable {
  /** The version's folder; it stays the same when `current` moves on. */
  readonly versionDirectory: string;
  release(): void;
}

/**
 * Says that this process runs the current version; undefined when none is installed. At once and in a few system calls,
 * because every run pays for it. The link is read again after the mark is made: whoever removes versions has moved the
 * link first and looks for marks afterwards, so a mark made while the link still pointed here is seen.
 * Where nothing may be written no mark is made, and nobody without more rights could remove the version either.
 */
export function markRun(layout: PluginLayout): RunMark | undefined {
  for (;;) {
    const target = currentTarget(layout);
    if (target === undefined) return undefined;
    // The time tells marks of one process apart; random bytes would make a first mark half as dear again.
    const mark = join(
      layout.inUseDirectory,
      `${basename(target)}~${process.pid}~${process.hrtime.bigint().toString(16)}`,
    );
    const isMade = makeMark(layout, mark);
    const release = (): void => {
      if (isMade) removeMark(mark);
    };
    if (currentTarget(layout) === target) {
      const versionDirectory = join(layout.directory, target);
      return { versionDirectory, release, [Symbol.dispose]: release };
    }
    release();
  }
}

/** Ids of the versions that a living process runs. Marks of dead ones are removed. */
export async function versionsInUse(layout: PluginLayout): Promise<Set<string>> {
  const inUse = new Set<string>();
  for (const mark of await namesIn(layout.inUseDirectory)) {
    const { id, pid } = /^(?<id>.+)~(?<pid>\d+)~[0-9a-f]+$/.exec(mark)?.groups ?? {};
    // A later process with the pid of a dead one keeps a version too long, which harms nobody.
    if (id !== undefined && (await identifyProcess(Number(pid))) !== undefined) inUse.add(id);
    else await rm(join(layout.inUseDirectory, mark), { force: true });
  }
  return inUse;
}

/** False where nothing may be written, or the plugin is gone. */
function makeMark(layout: PluginLayout, mark: string): boolean {
  for (let attempt = 1; ; attempt += 1) {
    try {
      closeSync(openSync(mark, "wx", 0o600));
      return true;
    } catch (error) {
      if (["EACCES", "EPERM", "EROFS"].includes(errnoOf(error) ?? "")) return false;
      if (errnoOf(error) !== "ENOENT" || attempt > 1) {
        // Uninstalled meanwhile, directory and all: the link is read again and says so.
        if (isAbsent(error)) return false;
        throw error;
      }
      makeDirectory(layout.inUseDirectory);
    }
  }
}

/** Not by `rmSync`, which takes a millisecond more the first time. */
function removeMark(mark: string): void {
  try {
    unlinkSync(mark);
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST" && !isAbsent(error)) throw error;
  }
}

function currentTarget({ currentLink }: PluginLayout): string | undefined {
  try {
    return readlinkSync(currentLink);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
