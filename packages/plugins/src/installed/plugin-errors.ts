import { RetryableError, UserError } from "@aomori/protocol";
import type { PluginName } from "../names/names.ts";

export function pluginNotFound(name: PluginName): UserError {
  return new UserError(
    "not_found",
    "PLUGIN_NOT_FOUND",
    `plugin ${name} is not installed; "aomori plugins list" shows those that are`,
    { details: { name } },
  );
}

export function pluginBroken(name: PluginName, reason: string): UserError {
  return new UserError(
    "config",
    "PLUGIN_BROKEN",
    `plugin ${name} is broken: ${reason}; install it again with --upgrade, go back with "aomori plugins rollback ${name}", or uninstall it`,
    { details: { name, reason } },
  );
}

/** A plugin of the older layout, which somebody put there: it is read and run, and changed by nobody but its owner. */
export function pluginNotManaged(name: PluginName, recordFile: string): UserError {
  return new UserError(
    "conflict",
    "PLUGIN_NOT_MANAGED",
    `plugin ${name} was put there by hand and not by an installation; move ${recordFile} away first`,
    { details: { name, path: recordFile } },
  );
}

export function pluginBusy(name: string, cause: unknown, pid: unknown): RetryableError {
  return new RetryableError(
    "conflict",
    "PLUGIN_BUSY",
    `plugin ${name} is being changed by process ${String(pid)}; wait for it and try again`,
    { cause, details: { name, pid }, retryAfterMs: 1_000 },
  );
}
