import type { CommandRequest } from "@aomori/command";
import type { InstallRequest, Lockfile, LockedPlugin } from "@aomori/plugins";
import { UserError } from "@aomori/protocol";
import { resolve } from "node:path";
import { coreWords } from "../derived/core-words.ts";
import { textAt } from "../wire/fields.ts";
import type { PluginsRoom } from "./open-plugins.ts";
import { policyFiles } from "./policy-files.ts";

/** What is to be installed, from the flags or from `OWNER/REPOSITORY@REF`; nothing has been asked of a host yet. */
export async function installRequest(
  { kit, home }: PluginsRoom,
  { input, context }: CommandRequest,
): Promise<InstallRequest> {
  const { owner, repository, ref } = wantedOf(kit, input);
  return {
    owner,
    repository,
    ref,
    name: kit.parsePluginName(textAt(input, "as") ?? repository, { coreCommands: coreWords }),
    policy: await kit.readPolicy(policyFiles(home, context)),
    host: kit.currentHostPlatform(),
    allowUntrusted: input["allow_untrusted"] === true,
  };
}

type Wanted = Pick<InstallRequest, "owner" | "repository" | "ref">;

function wantedOf(kit: PluginsRoom["kit"], input: CommandRequest["input"]): Wanted {
  const source = textAt(input, "source");
  const owner = textAt(input, "owner");
  const repository = textAt(input, "repository");
  const sha = textAt(input, "commit_sha");
  if (source !== undefined) {
    if (owner === undefined && repository === undefined && sha === undefined) {
      return kit.parseCoordinates(source);
    }
    throw ambiguous(
      "OWNER/REPOSITORY and --owner, --repository or --commit-sha say the same thing; give one of them",
    );
  }
  if (owner === undefined || repository === undefined) {
    throw ambiguous(
      "say what to install: OWNER/REPOSITORY, or --owner and --repository, or --path for a directory of yours",
    );
  }
  return {
    owner: kit.parseOwner(owner),
    repository: kit.parseRepository(repository),
    ref: sha === undefined ? kit.headRef : kit.parseRef(sha),
  };
}

function ambiguous(message: string): UserError {
  return new UserError("usage", "PLUGIN_SOURCE_MISSING", message);
}

/** The lockfile of a command, whether it is there or not. */
export function lockfilePath(
  { kit }: Pick<PluginsRoom, "kit">,
  { input, context }: CommandRequest,
): string {
  return resolve(context.cwd, textAt(input, "lockfile") ?? kit.lockfileName);
}

export interface Locked {
  readonly plugin: LockedPlugin;
  readonly where: string;
}

/** With `--frozen`: what the lockfile has under the plugin's name. Throws `LOCKFILE_MISSING_ENTRY`. */
export async function frozen(
  room: PluginsRoom,
  command: CommandRequest,
  request: InstallRequest,
): Promise<Locked | undefined> {
  if (command.input["frozen"] !== true) return undefined;
  const where = lockfilePath(room, command);
  const empty: Lockfile = { schema: 1, plugins: new Map() };
  const lockfile = (await room.kit.readLockfile(where)) ?? empty;
  return { plugin: room.kit.lockedPlugin(lockfile, where, request), where };
}
