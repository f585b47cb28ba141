import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import type { PluginsLayout } from "../src/index.ts";

export interface ChangeOptions {
  /** Where the changes it makes to files are noted. */
  readonly changesFile?: string;
  /** The change before which it dies, from 1. */
  readonly killAt?: number;
  /** Half of that change is made. */
  readonly isHalved?: boolean;
  readonly waitsForInput?: boolean;
}

export interface ChangeProcess {
  readonly child: ChildProcess;
  readonly ready: Promise<unknown>;
  /** What it printed after `ready`, and how it ended. */
  readonly ended: Promise<{ readonly answer: string; readonly signal: NodeJS.Signals | null }>;
}

/** As one file each, which hundreds of processes start from in a fraction of the time. */
let built: { readonly change: string; readonly preload: string } | undefined;

function build(): { readonly change: string; readonly preload: string } {
  if (built !== undefined) return built;
  const outdir = mkdtempSync(join(tmpdir(), "aomori-change-"));
  const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
  buildSync({
    entryPoints: [pathOf("change-process.ts"), pathOf("kill-changes.ts")],
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node22",
    conditions: ["aomori-source"],
    outExtension: { ".js": ".mjs" },
    outdir,
  });
  built = { change: join(outdir, "change-process.mjs"), preload: join(outdir, "kill-changes.mjs") };
  return built;
}

/** Starts `change-process.ts`; see there for the words. */
export function spawnChange(
  plugins: PluginsLayout,
  words: readonly string[],
  options: ChangeOptions = {},
): ChangeProcess {
  const { changesFile, killAt, isHalved = false, waitsForInput = false } = options;
  const isWatched = changesFile !== undefined || killAt !== undefined;
  const preload = isWatched ? ["--import", build().preload] : [];
  const [action = "", name = "", version = "1.0.0"] = words;
  const child = spawn(
    process.execPath,
    [
      ...preload,
      build().change,
      plugins.directory,
      action,
      name,
      version,
      ...(waitsForInput ? ["--on-input"] : []),
    ],
    {
      stdio: ["pipe", "pipe", "inherit"],
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: join(tmpdir(), "compile-cache"),
        AOMORI_CHANGES_ROOT: plugins.directory,
        ...(changesFile === undefined ? {} : { AOMORI_CHANGES_FILE: changesFile }),
        ...(killAt === undefined ? {} : { AOMORI_KILL_AT: String(killAt) }),
        ...(isHalved ? { AOMORI_KILL_HALF: "1" } : {}),
      },
    },
  );
  const exit = once(child, "exit");
  const output = text(child.stdout);
  return {
    child,
    ready: once(child.stdout, "data"),
    ended: Promise.all([output, exit]).then(([printed, [, signal]]) => ({
      answer: printed.replace("ready\n", "").trim(),
      signal: signal as NodeJS.Signals | null,
    })),
  };
}

/** Lets it run to its end; what it printed. */
export async function runChange(
  plugins: PluginsLayout,
  words: readonly string[],
  options: ChangeOptions = {},
): Promise<string> {
  return (await spawnChange(plugins, words, options).ended).answer;
}
