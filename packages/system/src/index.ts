export { malformedFile, readJsonFile, readTextFile, writeFileAtomic } from "./atomic-write.ts";
export type { AtomicWriteOptions } from "./atomic-write.ts";
export { findBubblewrap } from "./bubblewrap.ts";
export type { Bubblewrap } from "./bubblewrap.ts";
export { childEnvironment } from "./child-environment.ts";
export type { EnvironmentRecord } from "./child-environment.ts";
export type { KeepOutput } from "./child-output.ts";
export { Child, runChild, spawnChild } from "./child.ts";
export type { ChildResult } from "./child.ts";
export type { SpawnOptions } from "./child-options.ts";
export { configValue, readConfig, setConfigValue } from "./config-file.ts";
export type { ConfigTable, ConfigValue } from "./config-file.ts";
export { containedPath } from "./contained-path.ts";
export type { ContainedPath } from "./contained-path.ts";
export { readCredentials, setCredential } from "./credentials.ts";
export type { Credentials } from "./credentials.ts";
export {
  readJournal,
  rejectFromJournal,
  removeFromJournal,
  writeJournal,
} from "./event-journal.ts";
export type { JournalEntry } from "./event-journal.ts";
export { findExecutable } from "./executable.ts";
export { ensureHome, homeLayout } from "./home.ts";
export type { HomeLayout } from "./home.ts";
export { errnoOf, ioError, isIoError } from "./io-error.ts";
export { isRecord } from "./is-record.ts";
export { killGroup, signalGroup } from "./kill-group.ts";
export { acquireLock, lockHolder } from "./lock-file.ts";
export type { LockFile, LockHolder } from "./lock-file.ts";
export { openLogFile } from "./log-file.ts";
export type { LogFile, LogFileOptions } from "./log-file.ts";
export { identifyProcess, identifySelf, isProcessAlive } from "./process-identity.ts";
export type { ProcessIdentity } from "./process-identity.ts";
export { ProcessGuard, runGuardedChild } from "./process-guard.ts";
export { randomBytes } from "./random-bytes.ts";
export { readLines } from "./read-lines.ts";
export type { TextLine } from "./read-lines.ts";
export { databaseLabel, readServerInfo, removeServerInfo, writeServerInfo } from "./server-info.ts";
export type { ServerInfo } from "./server-info.ts";
export { spawnDaemon } from "./spawn-daemon.ts";
export type { SpawnDaemonOptions } from "./spawn-daemon.ts";
