import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { writeEntryFile } from "@aomori/aoi-lint";
import { homeLayout, setCredential } from "@aomori/system";
import { demoScenarioUrl, loadScenario, startModelServer } from "@aomori/testkit";
import { Workplace, events } from "../run-cli.ts";
import { signEntry } from "../sign-entry.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** Everything commands are tried on: a server with a finished spec, one that waits for approval, and files. */
export interface World extends AsyncDisposable {
  /** The program as it is installed. */
  readonly program: string;
  /** The same, with an API key on standard input. */
  readonly programWithKey: string;
  /** AOMORI_HOME of the server. */
  readonly home: string;
  /** The folder commands are run in, copied for each run. */
  readonly folder: string;
  readonly repository: string;
  /** A server that takes requests and never answers. */
  readonly deafUrl: string;
  /** Resolves when the deaf server has got another request. */
  readonly asked: () => Promise<void>;
  readonly ids: Ids;
  readonly plugin: WalkPlugin;
  /** What the demo printed. */
  readonly demoStream: string;
}

export interface Ids {
  readonly spec: string;
  /** Waits for approval of its PRD. */
  readonly waitingSpec: string;
  readonly ticket: string;
  readonly task: string;
  readonly agent: string;
  readonly project: string;
  readonly key: string;
}

/** A linked plugin called `walker`. */
export interface WalkPlugin {
  /** Its project, packed for a release. */
  readonly directory: string;
  /** A recorded run of it. */
  readonly run: string;
  /** An index that names it. */
  readonly index: string;
}

/** Runs a command and gives what it printed as JSON. */
type Ask = (...argv: string[]) => Promise<unknown>;

export async function makeWorld(): Promise<World> {
  const place = new Workplace();
  const above = join(place.home, "..");
  const [folder, repository] = [join(above, "folder"), join(above, "pocketbook")];
  mkdirSync(folder);
  const into = join(above, "program");
  const program = build(into);
  const ask: Ask = async (...argv) => {
    const env = place.env({ ANTHROPIC_API_KEY: "scripted" });
    const { stdout } = await promisify(execFile)(program, [...argv, "--format", "json"], { env });
    return JSON.parse(stdout);
  };
  const demo = place.run(["demo", "--dir", repository, "--format", "jsonl"], {
    command: [join(into, "aomori.cjs")],
  });
  if (demo.status !== 0) throw new Error(`the demo failed: ${demo.stderr}`);
  const ids = await makeIds(ask, demo.stdout, repository, folder);
  await ask("server", "stop");
  await ask("store", "export", join(folder, "store.jsonl"));
  await ask("server", "start");
  const plugin = await makePlugin(ask, program, place);
  const entry = await signEntry(place.home, "Tell when the sun rises");
  for (const directory of [folder, join(place.home, "registry", "entries")])
    await writeEntryFile(directory, entry);
  const deaf = await listenDeaf();
  const { credentialsFile } = homeLayout({ AOMORI_HOME: place.home });
  for (const url of [deaf.url, unreachableUrl])
    await setCredential(credentialsFile, url, "aomori_sk_walk");
  return {
    program,
    programWithKey: join(into, "aomori-with-a-key"),
    home: place.home,
    folder,
    repository,
    deafUrl: deaf.url,
    asked: deaf.asked,
    ids,
    plugin,
    demoStream: demo.stdout,
    [Symbol.asyncDispose]: async () => {
      deaf.server.closeAllConnections();
      await new Promise((resolve) => deaf.server.close(resolve));
      place[Symbol.dispose]();
    },
  };
}

/** Nobody listens there: port 1 is nobody's on loopback. */
export const unreachableUrl = "http://127.0.0.1:1";

/** Builds the program into a folder of its own: other tests build into the usual one meanwhile. */
function build(into: string): string {
  execFileSync(process.execPath, ["--conditions=aomori-source", "tools/build.ts", into], {
    cwd: root,
  });
  symlinkSync(join(root, "node_modules"), join(into, "node_modules"));
  const program = join(into, "aomori");
  const line = `exec '${process.execPath}' '${join(into, "aomori.cjs")}' "$@"`;
  writeFileSync(program, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  // The same with an API key on standard input, where the linter gives nothing.
  const key = join(into, "key.txt");
  writeFileSync(key, "sk-walk-0123456789\n");
  const withKey = `#!/bin/sh\n${line} < '${key}'\n`;
  writeFileSync(join(into, "aomori-with-a-key"), withKey, { mode: 0o755 });
  return program;
}

async function makePlugin(ask: Ask, program: string, place: Workplace): Promise<WalkPlugin> {
  const directory = join(place.home, "..", "walker");
  await ask("plugins", "new", "walker", "--kind", "sh", "--dir", directory);
  await ask("plugins", "install", "--path", directory);
  await ask("plugins", "pack", directory);
  await promisify(execFile)(program, ["walker", "round"], { env: place.env() });
  const [run] = (await ask("plugins", "runs", "list")) as { id: string }[];
  if (run === undefined) throw new Error("the plugin's run was not recorded");
  const index = join(place.home, "..", "index.json");
  const summary = "Walks";
  const listed = {
    name: "walker",
    owner: "acme",
    repository: "walker",
    summary,
    keywords: [],
    latest_version: "0.1.0",
  };
  writeFileSync(index, JSON.stringify({ schema: 1, plugins: [listed] }));
  return { directory, run: run.id, index };
}

async function makeIds(ask: Ask, demo: string, repository: string, folder: string): Promise<Ids> {
  const spec = String(events(demo).find(({ type }) => type === "demo.started")?.["spec_id"]);
  const first = async (...argv: string[]): Promise<string> => {
    const [item] = (await ask(...argv)) as { id: string }[];
    if (item === undefined) throw new Error(`${argv.join(" ")} gave nothing`);
    return item.id;
  };
  const { id: key } = (await ask("key", "create", "walk")) as { id: string };
  return {
    spec,
    ticket: await first("ticket", "list", "--spec", spec),
    task: await first("task", "list", "--spec", spec),
    agent: await first("agent", "list"),
    project: await first("project", "list"),
    key,
    waitingSpec: await waitingForApproval(ask, repository, folder),
  };
}

/** A spec whose PRD waits for a person; the PRD lies in the folder, to be edited. */
async function waitingForApproval(ask: Ask, repository: string, folder: string): Promise<string> {
  const scenario = await loadScenario(demoScenarioUrl);
  const { title = "", description = "" } = scenario.spec ?? {};
  const model = await startModelServer({ scenario });
  try {
    const given = ["--title", title, "--description", description, "--repo", repository];
    const chosen = ["--model", "anthropic/scripted", "--base-url", model.url, "--gate", "PRD"];
    const { id } = (await ask("spec", "create", ...given, ...chosen)) as { id: string };
    for (let status = ""; status !== "awaiting_approval";) {
      ({ status } = (await ask("spec", "status", id)) as { status: string });
      if (status === "failed") throw new Error(`${id} failed before its PRD`);
    }
    const artifacts = (await ask("spec", "artifacts", id)) as { phase: string; content: unknown }[];
    const prd = artifacts.find(({ phase }) => phase === "PRD");
    writeFileSync(join(folder, "prd.json"), JSON.stringify(prd?.content));
    return id;
  } finally {
    await model.close();
  }
}

interface Deaf {
  readonly server: Server;
  readonly url: string;
  readonly asked: () => Promise<void>;
}

async function listenDeaf(): Promise<Deaf> {
  let heard = (): void => {};
  const server = createServer(() => heard());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const asked = (): Promise<void> => new Promise((resolve) => (heard = resolve));
  return { server, url: `http://127.0.0.1:${port}`, asked };
}
