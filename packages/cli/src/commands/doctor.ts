import type { CheckResult, CommandHandler, CommandRequest } from "@aomori/command";
import { doctorHandler } from "@aomori/command";
import type { HomeLayout } from "@aomori/system";
import {
  ensureHome,
  findExecutable,
  homeLayout,
  readConfig,
  readCredentials,
  runChild,
} from "@aomori/system";
import { statfs } from "node:fs/promises";
import { configuredUrl } from "../connection/connect.ts";
import { providerKeys } from "../connection/provider-keys.ts";
import { serverState } from "../connection/server-state.ts";
import { compareVersions } from "../connection/versions.ts";
import { version } from "../identity.ts";

const oldestNode = "22.18.0";
const oldestGit = "2.38.0";
const leastFreeBytes = 500 * 1024 * 1024;
const probeDeadlineMs = 10_000;

type Check = (request: CommandRequest, layout: HomeLayout) => Promise<CheckResult>;

const checks: Readonly<Record<string, Check>> = {
  installation: async () => good(`aomori ${version}`),
  node: async () =>
    compareVersions(process.versions.node, oldestNode) >= 0
      ? good(`${process.versions.node} at ${process.execPath}`)
      : bad(`${process.versions.node} is too old`, `install Node ${oldestNode} or newer`),
  home: checkHome,
  config: async (_, layout) => {
    await readConfig(layout.configFile);
    await readCredentials(layout.credentialsFile);
    return good(layout.configFile);
  },
  git: checkGit,
  "agent claude": (request) => checkAgent(request, "claude"),
  "agent pi": (request) => checkAgent(request, "pi"),
  "model keys": async ({ context }) => {
    const keys = Object.keys(providerKeys(context) ?? {});
    return keys.length > 0
      ? good(`in the environment: ${keys.join(", ")}`)
      : warn(
          "none in the environment",
          "set ANTHROPIC_API_KEY, OPENAI_API_KEY or OPENROUTER_API_KEY to plan with a model",
        );
  },
  store: async ({ context }, layout) =>
    good(
      (context.env["AOMORI_DATABASE_URL"] ?? "") === ""
        ? layout.databaseDirectory
        : "PostgreSQL of AOMORI_DATABASE_URL",
    ),
  server: checkServer,
};

export const handler: CommandHandler = doctorHandler(
  Object.entries(checks).map(([name, check]) => ({
    name,
    run: (request) => check(request, homeLayout(request.context.env)),
    deadlineMs: 2 * probeDeadlineMs,
  })),
);

async function checkHome(_: CommandRequest, layout: HomeLayout): Promise<CheckResult> {
  await ensureHome(layout);
  const { bavail, bsize } = await statfs(layout.home);
  const freeBytes = bavail * bsize;
  const free = `${(freeBytes / 1024 ** 3).toFixed(1)} GiB free`;
  return freeBytes >= leastFreeBytes
    ? good(`${layout.home}, ${free}`)
    : warn(`${layout.home} has only ${free}`, "make room before running agents");
}

async function checkGit({ context, signal }: CommandRequest): Promise<CheckResult> {
  const { stdout } = await runChild(["git", "--version"], {
    cwd: context.cwd,
    deadlineMs: probeDeadlineMs,
    signal,
    tether: "untethered",
  });
  const found = /(\d+\.\d+(?:\.\d+)?)/.exec(stdout)?.[1] ?? "0.0.0";
  const full = found.split(".").length === 2 ? `${found}.0` : found;
  return compareVersions(full, oldestGit) >= 0
    ? good(stdout.trim())
    : bad(`${stdout.trim()} is too old`, "install git 2.38 or newer");
}

async function checkAgent({ context }: CommandRequest, name: string): Promise<CheckResult> {
  const path = findExecutable(name, context.env["PATH"]);
  return path === undefined
    ? { ok: true, severity: "info", detail: `not on PATH; only --agent ${name} needs it` }
    : good(path);
}

async function checkServer(request: CommandRequest, layout: HomeLayout): Promise<CheckResult> {
  const remote = await configuredUrl(request.context, layout);
  if (remote !== undefined) return good(`api-url is ${remote}`);
  const { status, url, version: running } = await serverState(layout, request);
  if (status === "stopped") return good("not running; the first command that needs it starts it");
  if (status === "unknown") {
    return bad(
      `${url} does not answer`,
      `read ${layout.serverLogFile}; "aomori server stop" ends it`,
    );
  }
  return running === version
    ? good(`${status} at ${url}`)
    : warn(
        `${status} at ${url}, version ${running}; this is ${version}`,
        'start it anew: "aomori server stop", then "aomori server start"',
      );
}

function good(detail: string): CheckResult {
  return { ok: true, severity: "info", detail };
}

function warn(detail: string, fix: string): CheckResult {
  return { ok: false, severity: "warn", detail, fix };
}

function bad(detail: string, fix: string): CheckResult {
  return { ok: false, severity: "error", detail, fix };
}
