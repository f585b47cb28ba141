import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import type { GoodTool, Language } from "./mutant.ts";
import { goodTools } from "./mutant.ts";

const root = resolve(import.meta.dirname, "../../../..");

export const examples: string = join(root, "examples");

/** The recipe that belongs to each good tool. */
export const recipes: Readonly<Record<GoodTool, string>> = {
  typescript: join(examples, "hello-aoi/aoi.lint.json"),
  python: join(examples, "hello-aoi/aoi.lint.json"),
  shell: join(examples, "hello-aoi/shell.lint.json"),
  drawer: join(examples, "hello-aoi/drawer.lint.json"),
};

export async function goodSource(tool: GoodTool): Promise<string> {
  return readFile(join(examples, goodTools[tool].file), "utf8");
}

/** Makes tools out of sources: files that run by themselves, as quickly as the machine allows. */
export class Workshop implements AsyncDisposable {
  readonly folder: string;
  readonly #python: string;
  #count = 0;

  private constructor(folder: string, python: string) {
    this.folder = folder;
    this.#python = python;
  }

  static async open(): Promise<Workshop> {
    const folder = await mkdtemp(join(tmpdir(), "aoi-mutants-"));
    const protocol = join(folder, "node_modules/@aomori/protocol");
    await mkdir(protocol, { recursive: true });
    await writeFile(
      join(protocol, "package.json"),
      JSON.stringify({ name: "@aomori/protocol", type: "module", exports: "./index.js" }),
    );
    await build({
      entryPoints: [join(root, "packages/protocol/src/index.ts")],
      outfile: join(protocol, "index.js"),
      bundle: true,
      format: "esm",
      platform: "node",
      conditions: ["aomori-source"],
    });
    // The first python3 on the path may be a launcher that takes longer than the tool.
    const asked = ["-c", "import sys; print(sys.executable)"];
    const { stdout } = await promisify(execFile)("python3", asked);
    return new Workshop(folder, stdout.trim());
  }

  /** Writes an executable file and returns its path. */
  async make(tool: GoodTool, source: string): Promise<string> {
    const { language, file } = goodTools[tool];
    this.#count += 1;
    const folder = join(this.folder, `tool-${this.#count}`);
    await mkdir(folder);
    const path = join(folder, basename(file));
    await writeFile(path, source.replace(/^#!.*/, this.#shebang(language)));
    await chmod(path, 0o755);
    return path;
  }

  #shebang(language: Language): string {
    if (language === "typescript") return `#!${process.execPath}`;
    return language === "python" ? `#!${this.#python}` : "#!/usr/bin/env bash";
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
