/**
 * Runs a command beside a throwaway PostgreSQL: `node tools/with-postgres.ts [--install] npm test`.
 * AOMORI_TEST_DATABASE_URL names the server. It listens on the loopback alone, as a user of its own when this runs as
 * root (the server refuses root), and is gone with its data when the command ends. `--install` takes it from Debian.
 */
import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess, SpawnOptions } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const installed = "/usr/lib/postgresql";
const user = "aomori";
const startDeadlineMs = 30_000;
const stopDeadlineMs = 10_000;

interface Cluster {
  readonly bin: string;
  readonly directory: string;
  readonly data: string;
  readonly port: number;
  readonly password: string;
  /** Whom its processes run as. */
  readonly as: SpawnOptions;
}

/** The newest version in Debian's place, or what is on PATH. */
function findBinaries(): string | undefined {
  const versions = existsSync(installed) ? readdirSync(installed) : [];
  const [newest] = versions
    .filter((version) => existsSync(join(installed, version, "bin", "initdb")))
    .sort((left, right) => Number(right) - Number(left));
  if (newest !== undefined) return join(installed, newest, "bin");
  return (process.env["PATH"] ?? "").split(":").find((path) => existsSync(join(path, "initdb")));
}

function install(): void {
  const options = {
    stdio: "inherit",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  } as const;
  execFileSync("apt-get", ["update"], options);
  execFileSync("apt-get", ["install", "-y", "--no-install-recommends", "postgresql"], options);
}

function ownUser(): SpawnOptions {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: string): number =>
    Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: idOf("-u"), gid: idOf("-g") };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

async function prepare(bin: string): Promise<Cluster> {
  const as = ownUser();
  const directory = mkdtempSync(join(tmpdir(), "aomori-postgres-"));
  const password = randomBytes(16).toString("hex");
  const passwordFile = join(directory, "password");
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (as.uid !== undefined && as.gid !== undefined) {
    for (const path of [directory, passwordFile]) chownSync(path, as.uid, as.gid);
  }
  const data = join(directory, "data");
  execFileSync(
    join(bin, "initdb"),
    [
      "-D",
      data,
      "-U",
      user,
      "--pwfile",
      passwordFile,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C.UTF-8",
      "--no-sync",
    ],
    { ...as, cwd: directory, stdio: ["ignore", "ignore", "inherit"] },
  );
  return { bin, directory, data, port: await freePort(), password, as };
}

async function start({ bin, data, directory, port, as }: Cluster): Promise<ChildProcess> {
  const settings = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "fsync=off",
    "log_min_messages=fatal",
  ];
  const server = spawn(
    join(bin, "postgres"),
    ["-D", data, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])],
    { ...as, cwd: directory, stdio: ["ignore", "ignore", "inherit"] },
  );
  for (const endMs = Date.now() + startDeadlineMs; ; await sleep(50)) {
    if (server.exitCode !== null)
      throw new Error(`postgres ended with ${server.exitCode} before it was ready`);
    if (isReady(bin, port)) return server;
    if (Date.now() > endMs) throw new Error(`postgres was not ready after ${startDeadlineMs} ms`);
  }
}

function isReady(bin: string, port: number): boolean {
  try {
    execFileSync(join(bin, "pg_isready"), ["-q", "-h", "127.0.0.1", "-p", String(port)]);
    return true;
  } catch (error) {
    // 1: it starts up; 2: it does not answer yet (pg_isready's exit status).
    if (error instanceof Error && "status" in error && (error.status === 1 || error.status === 2))
      return false;
    throw error;
  }
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, "exit");
  // SIGINT is postgres's fast shutdown: it ends what clients still do.
  server.kill("SIGINT");
  const timer = setTimeout(() => server.kill("SIGQUIT"), stopDeadlineMs);
  await ended;
  clearTimeout(timer);
}

async function run(command: string, args: readonly string[], url: string): Promise<number> {
  const child = spawn(command, args, {
    stdio: "inherit",
    env: { ...process.env, AOMORI_TEST_DATABASE_URL: url },
  });
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on("SIGINT", forward).on("SIGTERM", forward);
  const ended: Promise<number> = new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 143)));
  });
  return ended;
}

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  const mayInstall = args[0] === "--install";
  const [command, ...rest] = mayInstall ? args.slice(1) : args;
  if (command === undefined)
    throw new Error("usage: with-postgres.ts [--install] COMMAND [ARGUMENT…]");
  if (mayInstall && findBinaries() === undefined) install();
  const bin = findBinaries();
  if (bin === undefined) {
    throw new Error(
      'no PostgreSQL found; install it ("apt-get install postgresql"), or pass --install as root',
    );
  }
  const cluster = await prepare(bin);
  try {
    const server = await start(cluster);
    try {
      return await run(
        command,
        rest,
        `postgresql://${user}:${cluster.password}@127.0.0.1:${cluster.port}/postgres`,
      );
    } finally {
      await stop(server);
    }
  } finally {
    rmSync(cluster.directory, { recursive: true, force: true });
  }
}

process.exitCode = await main();
