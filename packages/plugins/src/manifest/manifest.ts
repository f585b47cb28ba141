import type { AssetName, PluginName, Sha256, Version } from "../names/names.ts";
import type { PlatformKey } from "./platform.ts";

/** What a script is run with. */
export const runtimes = ["node", "python", "sh"] as const;

export type Runtime = (typeof runtimes)[number];

export interface ScriptEntry {
  readonly runtime: Runtime;
  /**
   * The release's asset: the script itself, or an archive (`.zip`, `.tar.gz`, `.tgz`) that holds it at its root as
   * `plugin.mjs`, `plugin.js`, `plugin.py` or `plugin.sh`.
   */
  readonly file: AssetName;
}

export const routeMethods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

export interface ViewerRoute {
  /** Begins with `/`. */
  readonly path: string;
  readonly method: (typeof routeMethods)[number];
  /** Handed to the viewer as it stands. */
  readonly type: string;
}

/**
 * `aomori.plugin.json` in wire names, as it was read and checked; what an older shape says is said in these fields too.
 * A binary is a file, or an archive that holds it at its root as `plugin` (`plugin.exe` on Windows).
 */
export interface Manifest {
  /** 1: the shape of this file. */
  readonly schema: 1;
  /** What the plugin calls itself. What it is called here is decided by the repository and `--as`. */
  readonly name?: PluginName;
  readonly version: Version;
  readonly description: string;
  readonly author?: string;
  readonly homepage?: string;
  readonly license?: string;
  /** Of dispatch: 1 when absent in the file. */
  readonly protocol: 1 | 2;
  readonly binaries: Readonly<Partial<Record<PlatformKey, AssetName>>>;
  readonly run?: ScriptEntry;
  readonly viewer_zip?: AssetName;
  readonly viewer_routes: readonly ViewerRoute[];
  /** Commands of the host it may ask for: `task show`, or `task *` for all of a noun. Absent: those that only read. */
  readonly commands?: readonly string[];
  /** Names of environment variables it is given. */
  readonly secrets: readonly string[];
  /** Hosts it says it talks to; shown to whoever installs it, and what the sandbox allows is told beside it. */
  readonly hosts: readonly string[];
  readonly sha256: Readonly<Record<string, Sha256>>;
}
