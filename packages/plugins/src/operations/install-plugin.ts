import { installVersion } from "../installed/install-version.ts";
import type { InstallMode } from "../installed/name-clash.ts";
import type { PluginsLayout } from "../installed/plugin-layout.ts";
import type { PluginRecord } from "../installed/plugin-record.ts";
import { minisignKeyOf } from "../integrity/prove-asset.ts";
import { knownSigner, rememberSigner } from "../integrity/signer-book.ts";
import type { SourceContext } from "../source/source-context.ts";
import type { PreparedInstall } from "./prepare-install.ts";
import type { ProofRules } from "./prove-download.ts";
import { stagePlugin } from "./stage-plugin.ts";
import type { StageOptions } from "./stage-plugin.ts";

export interface InstallPluginOptions extends Omit<StageOptions, "rules"> {
  readonly mode: InstallMode;
  readonly rules: Omit<ProofRules, "key" | "signersFile">;
}

/**
 * Downloads, proves and installs what was prepared, and remembers who signed it. Until the one rename in it the plugin is what
 * it was before, whatever fails or dies.
 */
export async function installPlugin(
  context: SourceContext,
  plugins: PluginsLayout,
  prepared: PreparedInstall,
  { mode, rules, ...options }: InstallPluginOptions,
): Promise<PluginRecord> {
  const { request, commit } = prepared;
  const { owner, repository, ref, name } = request;
  const place = { owner, repository };
  const { signersFile } = plugins;
  const known = await knownSigner(signersFile, place);
  const key = await minisignKeyOf(context, place, commit, known);
  const { signal } = context;
  const record = await installVersion(
    plugins,
    name,
    {
      mode,
      origin: { kind: "github", owner, repository, ref, commit },
      ...(signal === undefined ? {} : { signal }),
    },
    (directory) =>
      stagePlugin(context, prepared, directory, {
        ...options,
        rules: { ...rules, key, signersFile },
      }),
  );
  const { signer } = record.trust;
  if (signer !== undefined) await rememberSigner(signersFile, place, signer, signal);
  return record;
}
