import type { CommandHandler, CommandRequest, PlannedAction } from "@aomori/command";
import { Plan } from "@aomori/command";
import type { HomeLayout } from "@aomori/system";
import { homeLayout, ioError, readServerInfo } from "@aomori/system";
import { lstat, readdir, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { stopLocalServer } from "../connection/server-lifecycle.ts";

export const handler: CommandHandler = {
  run: async (request) => {
    const layout = homeLayout(request.context.env);
    const info = await readServerInfo(layout.serverInfoFile);
    const paths = await madePaths(layout);
    if (request.flags.dryRun) {
      const stop: PlannedAction[] =
        info === undefined
          ? []
          : [{ action: "stop", target: `local server (process ${info.pid})` }];
      return new Plan([...stop, ...paths.map((path) => ({ action: "remove", target: path }))]);
    }
    if (info !== undefined) await stopLocalServer(layout, info, request);
    // Stopping may have made or moved files: what is removed is what is there now.
    const now = await madePaths(layout);
    for (const path of now) await remove(path, request);
    await removeIfEmpty([layout.home, dirname(layout.configFile)]);
    return {
      stopped: info?.pid ?? null,
      removed: now,
      left: "the program itself; remove it with: npm uninstall -g aomori",
    };
  },
};

/** Everything Aomori makes below a home; what somebody else put there stays. */
async function madePaths(layout: HomeLayout): Promise<string[]> {
  const candidates = [
    layout.databaseDirectory,
    layout.backupsDirectory,
    layout.worktreesDirectory,
    layout.clonesDirectory,
    layout.logsDirectory,
    layout.pluginsDirectory,
    join(layout.home, "personas"),
    join(layout.home, "registry"),
    layout.journalDirectory,
    layout.configFile,
    layout.credentialsFile,
    layout.runDirectory,
  ];
  const found = await Promise.all(candidates.map(isThere));
  return candidates.filter((_, index) => found[index]);
}

async function isThere(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  );
}

async function remove(path: string, { prose }: CommandRequest): Promise<void> {
  prose.note(`removing ${path}`);
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    throw ioError(error, `cannot remove ${path}; remove it by hand`);
  }
}

async function removeIfEmpty(directories: readonly string[]): Promise<void> {
  for (const directory of new Set(directories)) {
    const names = await readdir(directory).catch(() => ["unreadable"]);
    if (names.length === 0) await rmdir(directory);
  }
}
