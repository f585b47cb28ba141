import {
  currentHostPlatform,
  installPlugin,
  parseCoordinates,
  parsePluginName,
  pluginsLayout,
  prepareInstall,
  readPolicy,
} from "@aomori/plugins";
import type {
  InstallMode,
  InstallPluginOptions,
  PluginRecord,
  PluginsLayout,
} from "@aomori/plugins";
import { sourceWorld } from "./source/loopback-source.ts";
import type { SourceWorld, WorldOptions } from "./source/loopback-source.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

export type Assets = Readonly<Record<string, Buffer>>;
type Rules = Partial<InstallPluginOptions["rules"]>;

/** A repository with releases, and a machine that installs from it. */
export interface ReleaseWorld extends SourceWorld {
  readonly plugins: PluginsLayout;
  /** Commits the manifest, with these files beside it, and releases it. */
  release(
    manifest: Readonly<Record<string, unknown>>,
    assets: Assets,
    files?: Readonly<Record<string, string>>,
  ): string;
  install(options?: {
    /** `Octo/hello` when absent. */
    readonly repository?: string;
    readonly ref?: string;
    readonly mode?: InstallMode;
    readonly rules?: Rules;
    readonly allowUntrusted?: boolean;
    readonly consent?: InstallPluginOptions["consent"];
  }): Promise<PluginRecord>;
}

export async function releaseWorld(options: WorldOptions = {}): Promise<ReleaseWorld> {
  const world = await sourceWorld(options);
  const plugins = pluginsLayout(await temporaryDirectory());
  return {
    ...world,
    plugins,
    release: (manifest, assets, files = {}) => {
      const whole = { schema: 1, version: "1.0.0", description: "A plugin", ...manifest };
      const text = JSON.stringify(whole);
      const commit = world.repository.commit({ "aomori.plugin.json": text, ...files });
      world.repository.release({ tag: `v${whole.version}`, commit, assets });
      return commit;
    },
    install: async ({
      repository = "Octo/hello",
      ref,
      mode = "install",
      rules = {},
      allowUntrusted = true,
      consent,
    } = {}) => {
      const coordinates = parseCoordinates(`${repository}${ref === undefined ? "" : `@${ref}`}`);
      const prepared = await prepareInstall(world.context, {
        ...coordinates,
        name: parsePluginName("hello"),
        policy: await readPolicy([]),
        host: currentHostPlatform(),
        allowUntrusted,
      });
      return await installPlugin(world.context, plugins, prepared, {
        mode,
        rules: { minTrust: "none", sigstore: undefined, ...rules },
        installedBy: "0.0.0",
        nowMs: Date.now(),
        consent,
      });
    },
  };
}
