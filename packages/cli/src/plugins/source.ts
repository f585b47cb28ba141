import type { CommandRequest } from "@aomori/command";
import type {
  Endpoints,
  InstallPluginOptions,
  SourceContext,
  SourceProgress,
  TransferLimits,
} from "@aomori/plugins";
import { UserError } from "@aomori/protocol";
import { version } from "../identity.ts";
import { textAt } from "../wire/fields.ts";
import { readHostTokens } from "./host-tokens.ts";
import type { PluginsRoom } from "./open-plugins.ts";
import type { PluginSettings } from "./plugin-settings.ts";
import { readPluginSettings } from "./plugin-settings.ts";

/** The network as the configuration has it; closed when the command is over. */
export interface OpenedSource extends AsyncDisposable {
  readonly context: SourceContext;
  readonly settings: PluginSettings;
}

export async function openSource(
  { kit, home }: PluginsRoom,
  { context, signal, tell }: CommandRequest,
  limits: Partial<TransferLimits> = {},
): Promise<OpenedSource> {
  const settings = await readPluginSettings(home);
  const tokens = Object.fromEntries(await readHostTokens(home, context));
  const usual = kit.gitHubEndpoints;
  const proxyUrl = settings("proxy") ?? context.env["HTTPS_PROXY"] ?? "";
  const endpoints: Endpoints = {
    rawUrl: settings("raw_url") ?? usual.rawUrl,
    releasesUrl: settings("releases_url") ?? usual.releasesUrl,
    apiUrl: settings("api_url") ?? usual.apiUrl ?? "",
    tokens,
    ...(proxyUrl === "" ? {} : { proxyUrl }),
  };
  const client = new kit.SourceClient(endpoints, { ...kit.defaultTransferLimits, ...limits });
  const onProgress = (progress: SourceProgress): void =>
    tell({ type: "aoi:progress", ...progressFields(progress) });
  return {
    context: { client, signal, onProgress },
    settings,
    [Symbol.asyncDispose]: () => client.close(),
  };
}

function progressFields(progress: SourceProgress): {
  readonly message: string;
  readonly done?: number;
  readonly total?: number;
} {
  switch (progress.kind) {
    case "downloading": {
      const { url, receivedBytes, totalBytes } = progress;
      const of = totalBytes === undefined ? "" : ` of ${totalBytes}`;
      const message = `downloading ${url}: ${receivedBytes}${of} bytes`;
      return {
        message,
        done: receivedBytes,
        ...(totalBytes === undefined ? {} : { total: totalBytes }),
      };
    }
    case "waiting": {
      const { name, elapsedMs, limitMs } = progress;
      const left = Math.ceil((limitMs - elapsedMs) / 1000);
      return { message: `${name} is not released yet; looking for it for another ${left} s` };
    }
    case "retrying": {
      const { url, attempt, delayMs, reason } = progress;
      return { message: `attempt ${attempt} at ${url} failed (${reason}); again in ${delayMs} ms` };
    }
  }
}

/** What must be known of an asset, by flags and configuration. */
export async function proofRules(
  { kit }: PluginsRoom,
  settings: PluginSettings,
  { input }: CommandRequest,
): Promise<Omit<InstallPluginOptions["rules"], "locked">> {
  const level = textAt(input, "min_trust") ?? settings("min_trust") ?? "none";
  const minTrust = kit.trustLevels.find((known) => known === level);
  if (minTrust === undefined) {
    const message = `plugins.min_trust is ${JSON.stringify(level)}; it is one of ${kit.trustLevels.join(", ")}`;
    throw new UserError("config", "CONFIG_VALUE_INVALID", message);
  }
  const root = settings("trusted_root");
  return {
    minTrust,
    acceptSigner: textAt(input, "accept_signer"),
    sigstore: root === undefined ? undefined : { trustMaterial: await kit.readTrustedRoot(root) },
  };
}

/** What every installation writes into its record. */
export function installer(): { readonly installedBy: string; readonly nowMs: number } {
  return { installedBy: version, nowMs: Date.now() };
}
