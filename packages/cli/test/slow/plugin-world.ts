import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packPlugin, parsePluginName, scaffold } from "@aomori/plugins";
import type { ScaffoldKind } from "@aomori/plugins";
import { startGitHub } from "@aomori/testkit";
import type { HostedRepository, LoopbackGitHub } from "@aomori/testkit";
import type { Ran } from "../run-cli.ts";
import { ended } from "../run-cli.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

export interface CallOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A loopback GitHub, and the built program with a home that fetches from it. */
export class PluginWorld implements AsyncDisposable {
  readonly github: LoopbackGitHub;
  readonly folder: string;
  readonly home: string;
  readonly #program: string;

  private constructor(github: LoopbackGitHub) {
    this.github = github;
    this.folder = mkdtempSync(join(tmpdir(), "aomori-plugins-"));
    this.home = join(this.folder, "home");
    this.#program = join(this.folder, "program");
    mkdirSync(this.home);
    const { raw, releases, api } = github.urls;
    const urls = [`raw_url = "${raw}"`, `releases_url = "${releases}"`, `api_url = "${api}"`];
    writeFileSync(join(this.home, "config.toml"), ["[plugins]", ...urls, ""].join("\n"));
  }

  static async open(): Promise<PluginWorld> {
    const world = new PluginWorld(await startGitHub());
    const build = ["--conditions=aomori-source", "tools/build.ts", world.#program];
    execFileSync(process.execPath, build, { cwd: root, stdio: "pipe" });
    return world;
  }

  /** The built program; the loopback GitHub answers from this process meanwhile. */
  async call(argv: readonly string[], { input = "", env = {} }: CallOptions = {}): Promise<Ran> {
    const child = spawn(process.execPath, [join(this.#program, "aomori.cjs"), ...argv], {
      cwd: this.folder,
      env: { PATH: process.env["PATH"], HOME: this.folder, AOMORI_HOME: this.home, ...env },
    });
    const over = ended(child);
    child.stdin.end(input);
    return await over;
  }

  /** What a command prints as JSON, and how it ended. */
  async json(
    argv: readonly string[],
    options?: CallOptions,
  ): Promise<{ status: number | null; value: unknown }> {
    const { status, stdout, stderr } = await this.call([...argv, "--format", "json"], options);
    if (stdout === "") throw new Error(`${argv.join(" ")} printed nothing: ${stderr}`);
    return { status, value: JSON.parse(stdout) };
  }

  /** Makes a plugin of a kind as its author would, and releases it. */
  async publish(
    kind: ScaffoldKind,
    name: string,
    version = "0.1.0",
    tokens?: readonly string[],
  ): Promise<HostedRepository> {
    const repository = this.github.repository({
      owner: "acme",
      name,
      ...(tokens === undefined ? {} : { tokens }),
    });
    await this.release(repository, kind, name, version);
    return repository;
  }

  async release(
    repository: HostedRepository,
    kind: ScaffoldKind,
    name: string,
    version: string,
  ): Promise<void> {
    const directory = mkdtempSync(join(this.folder, `${name}-`));
    await scaffold(kind, parsePluginName(name), directory);
    const manifestPath = join(directory, "aomori.plugin.json");
    const manifest = readManifest(manifestPath);
    writeFileSync(
      manifestPath,
      JSON.stringify({ ...manifest, version, description: `says ${version}` }),
    );
    if (kind === "c" || kind === "rust")
      execFileSync("sh", ["build.sh"], { cwd: directory, stdio: "pipe" });
    const { releaseDirectory, missing } = await packPlugin(directory);
    const assets = Object.fromEntries(
      readdirSync(releaseDirectory).map((file) => [
        file,
        readFileSync(join(releaseDirectory, file)),
      ]),
    );
    const packed = readManifest(manifestPath);
    const binaries = Object.entries(packed["binaries"] ?? {}).filter(
      ([, asset]) => !missing.some((name) => name === asset),
    );
    const released = { ...packed, binaries: Object.fromEntries(binaries) };
    const commit = repository.commit({ "aomori.plugin.json": JSON.stringify(released) });
    repository.release({ tag: `v${version}`, commit, assets });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.github.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function readManifest(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
}
