import type { CommandHandler, CommandRequest } from "@aomori/command";
import { UserError } from "@aomori/protocol";
import { runChild } from "@aomori/system";
import { resolve } from "node:path";
import { callFor, connect } from "../connection/connect.ts";
import { providerKeys } from "../connection/provider-keys.ts";
import { planOf } from "../connection/remote-handler.ts";
import { specStatusText } from "../views/spec-status.ts";
import { textAt } from "../wire/fields.ts";

export const handler: CommandHandler = {
  run: async (request) => {
    const { context, flags, prose } = request;
    const keys = providerKeys(context);
    const input = {
      ...request.input,
      repo: await repositoryOf(request),
      ...(keys === undefined ? {} : { provider_keys: keys }),
    };
    const connection = await connect(request);
    const answer = await callFor(request, connection, "specs.create", input);
    if (await isDirty(input.repo, request)) {
      prose.note(
        `uncommitted changes in ${input.repo} are not part of the spec: it starts from a commit`,
      );
    }
    if (flags.dryRun) return planOf(answer);
    const id = textAt(answer, "id") ?? "";
    prose.note(`watch it with: aomori spec logs ${id} --follow`);
    return answer;
  },
  view: { resource: specStatusText },
};

const gitDeadlineMs = 10_000;

/** Whether a checkout on this machine holds changes that no commit has; `false` where there is none to look at. */
async function isDirty(repo: string, { signal }: CommandRequest): Promise<boolean> {
  if (isUrl(repo)) return false;
  const { exitCode, stdout } = await runChild(
    ["git", "--no-optional-locks", "-C", repo, "status", "--porcelain", "--untracked-files=normal"],
    { cwd: repo, deadlineMs: gitDeadlineMs, signal, tether: "untethered" },
  );
  return exitCode === 0 && stdout.trim() !== "";
}

/** The URL or absolute path the server is told: relative paths mean nothing to it. */
async function repositoryOf({ input, context, signal }: CommandRequest): Promise<string> {
  const given = input["repo"];
  if (typeof given === "string" && given !== "") {
    return isUrl(given) ? given : resolve(context.cwd, given);
  }
  const { exitCode, stdout } = await runChild(["git", "rev-parse", "--show-toplevel"], {
    cwd: context.cwd,
    deadlineMs: gitDeadlineMs,
    signal,
    tether: "untethered",
  });
  const root = stdout.trim();
  if (exitCode === 0 && root !== "") return root;
  throw new UserError(
    "validation",
    "NOT_A_GIT_REPOSITORY",
    `${context.cwd} is not in a git repository; go to one, or name it with --repo PATH|URL`,
  );
}

/** `https://…`, `ssh://…`, `file://…` and git's `user@host:path`. */
function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) || /^[^/\s@]+@[^/\s:]+:/.test(text);
}
