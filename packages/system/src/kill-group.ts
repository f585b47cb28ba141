import { errnoOf } from "./io-error.ts";
import { identifyProcess, type ProcessIdentity } from "./process-identity.ts";

/** Sends a signal to a whole process group; false when the group has no member left. */
export function signalGroup(groupId: number, signal: NodeJS.Signals): boolean {
  // kill(-1) and kill(0) would hit everything we may signal, or ourselves.
  if (!Number.isSafeInteger(groupId) || groupId <= 1) {
    throw new RangeError(`${groupId} is not a process group of a child`);
  }
  try {
    process.kill(-groupId, signal);
    return true;
  } catch (error) {
    // EPERM is how macOS reports a group in which only zombies are left.
    if (["ESRCH", "EPERM"].includes(errnoOf(error) ?? "")) return false;
    throw error;
  }
}

/**
 * Kills the group an earlier run of this program left behind, at once.
 * Given its leader's identity, a pid that has since been given to another process is left alone. True when the group was there.
 */
export async function killGroup(leader: ProcessIdentity): Promise<boolean> {
  const current = await identifyProcess(leader.pid);
  // While members of the old group live, its id is not given to a new process: a stranger means that they are gone.
  if (current !== undefined && current.startTime !== leader.startTime) return false;
  return signalGroup(leader.pid, "SIGKILL");
}
