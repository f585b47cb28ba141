import { UserError } from "@aomori/protocol";

import { runGit, type GitOptions } from "./git-command.ts";

const oldest = { major: 2, minor: 38 } as const;

/** The installed git's version; throws COMMAND_NOT_FOUND without one and GIT_TOO_OLD below 2.38 (`merge-tree --write-tree`). */
export async function checkGit(options: GitOptions = {}): Promise<string> {
  const { stdout } = await runGit(["--version"], { ...options, cwd: "/", kind: "read" });
  const [, version, major, minor] = /((\d+)\.(\d+)\S*)/.exec(stdout) ?? [];
  if (version === undefined || !isNewEnough(Number(major), Number(minor))) {
    throw new UserError(
      "config",
      "GIT_TOO_OLD",
      `${stdout.trim()} is too old; install git ${oldest.major}.${oldest.minor} or newer`,
    );
  }
  return version;
}

function isNewEnough(major: number, minor: number): boolean {
  return major > oldest.major || (major === oldest.major && minor >= oldest.minor);
}
