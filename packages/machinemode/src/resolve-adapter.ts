import type { Adapter } from "./adapter.ts";
import { codeAdapters } from "./code-adapters.ts";
import { adapterFilesIn } from "./declarative/adapter-folder.ts";
import { locateSubcommand } from "./declarative/subcommand.ts";

/** Where adapter files lie. */
export interface AdapterFolders {
  /** The files that come with this package. */
  readonly builtin: string;
  /** The user's; need not exist. */
  readonly user: string | undefined;
}

export interface AdapterRequest {
  readonly tool: string;
  readonly argv: readonly string[];
  /** Files named with `--adapter`. */
  readonly files: readonly string[];
  readonly folders: AdapterFolders;
  /** `--lines`: no adapter but the one for any text. */
  readonly lines: boolean;
}

/**
 * The adapter for a call: a file named on the command line, the user's, ours in code, ours in a file, and for
 * anything else the one that tells lines. Only what may fit is loaded. Throws BAD_ADAPTER_FILE.
 */
export async function resolveAdapter(request: AdapterRequest): Promise<Adapter> {
  const { tool, argv, files, folders, lines } = request;
  if (!lines) {
    const code = Object.hasOwn(codeAdapters, tool) ? codeAdapters[tool] : undefined;
    const found =
      fitting(await fromFiles(files), tool, argv) ??
      fitting(await fromFiles(adapterFilesIn(folders.user, tool)), tool, argv) ??
      fitting((await code?.()) ?? [], tool, argv) ??
      fitting(await fromFiles(adapterFilesIn(folders.builtin, tool)), tool, argv);
    if (found !== undefined) return found;
  }
  const { linesAdapter } = await import("./generic/lines.ts");
  return linesAdapter(tool);
}

async function fromFiles(files: readonly string[]): Promise<readonly Adapter[]> {
  if (files.length === 0) return [];
  const { adaptersInFiles } = await import("./declarative/adapter-files.ts");
  return adaptersInFiles(files);
}

/** The first whose words the call begins with, the one with the most words before the others. */
function fitting(
  adapters: readonly Adapter[],
  tool: string,
  argv: readonly string[],
): Adapter | undefined {
  return adapters
    .filter((adapter) => {
      const [first, ...words] = adapter.name.split(" ");
      if (first !== tool) return false;
      const subcommands = words.length === 0 ? [] : [words];
      return locateSubcommand(argv, subcommands, adapter.globalFlagsWithValue ?? []) !== undefined;
    })
    .toSorted((a, b) => b.name.split(" ").length - a.name.split(" ").length)[0];
}
