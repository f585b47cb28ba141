import { chmod, mkdir } from "node:fs/promises";
import { isAbsolute, join } from "node:path";

import { UserError } from "@aomori/protocol";

import type { EnvironmentRecord } from "./child-environment.ts";
import { ioError } from "./io-error.ts";

/** Where everything lives on a user's machine (design §7). All paths are absolute. */
export interface HomeLayout {
  readonly home: string;
  /** Data directory of the embedded store. */
  readonly databaseDirectory: string;
  /** Held by the one process that may open `databaseDirectory`. */
  readonly databaseLockFile: string;
  /** Copies of the store made before a migration. */
  readonly backupsDirectory: string;
  /** One bare repository per project. */
  readonly clonesDirectory: string;
  /** `<project>/<task>` under it. */
  readonly worktreesDirectory: string;
  /** What packages/plugins keeps; its own layout says how. */
  readonly pluginsDirectory: string;
  readonly logsDirectory: string;
  readonly serverLogFile: string;
  /** Locks, pid and port; mode 0700. */
  readonly runDirectory: string;
  readonly serverInfoFile: string;
  readonly serverLockFile: string;
  /** Events of operations that ran without a server, one file each; the next server takes them into its store. */
  readonly journalDirectory: string;
  readonly configFile: string;
  readonly credentialsFile: string;
}

/**
 * Reads AOMORI_HOME (default `$HOME/.aomori`) and XDG_CONFIG_HOME (default `$HOME/.config`) from the given variables.
 * With AOMORI_HOME set, config and credentials live in it too. Touches no file.
 */
export function homeLayout(env: EnvironmentRecord): HomeLayout {
  const given = setAndAbsolute(env, "AOMORI_HOME");
  const home = given ?? join(userHome(env), ".aomori");
  const configDirectory = given ?? join(configHome(env), "aomori");
  const runDirectory = join(home, "run");
  const logsDirectory = join(home, "logs");
  return {
    home,
    databaseDirectory: join(home, "db"),
    databaseLockFile: join(runDirectory, "db.lock"),
    backupsDirectory: join(home, "backups"),
    clonesDirectory: join(home, "clones"),
    worktreesDirectory: join(home, "worktrees"),
    pluginsDirectory: join(home, "plugins"),
    logsDirectory,
    serverLogFile: join(logsDirectory, "server.log"),
    runDirectory,
    serverInfoFile: join(runDirectory, "server.json"),
    serverLockFile: join(runDirectory, "server.lock"),
    journalDirectory: join(home, "journal"),
    configFile: join(configDirectory, "config.toml"),
    credentialsFile: join(configDirectory, "credentials"),
  };
}

/** Makes the directories of a layout that every command needs; safe to call again and from several processes. */
export async function ensureHome(layout: HomeLayout): Promise<void> {
  try {
    for (const directory of [layout.home, layout.logsDirectory]) {
      await mkdir(directory, { recursive: true });
    }
    await mkdir(layout.runDirectory, { recursive: true, mode: 0o700 });
    await chmod(layout.runDirectory, 0o700);
  } catch (error) {
    throw ioError(error, `cannot make ${layout.home}; set AOMORI_HOME to use another directory`);
  }
}

function userHome(env: EnvironmentRecord): string {
  const home = setAndAbsolute(env, "HOME");
  if (home !== undefined) return home;
  throw new UserError(
    "config",
    "HOME_NOT_SET",
    "neither AOMORI_HOME nor HOME is set; set AOMORI_HOME to an absolute path",
  );
}

/** The XDG base directory specification has relative values ignored. */
function configHome(env: EnvironmentRecord): string {
  const given = env["XDG_CONFIG_HOME"];
  return given !== undefined && isAbsolute(given) ? given : join(userHome(env), ".config");
}

function setAndAbsolute(env: EnvironmentRecord, name: string): string | undefined {
  const value = env[name];
  if (value === undefined || value === "") return undefined;
  if (isAbsolute(value)) return value;
  throw new UserError(
    "config",
    "PATH_NOT_ABSOLUTE",
    `${name} is ${JSON.stringify(value)}, not an absolute path; set it to one`,
  );
}
