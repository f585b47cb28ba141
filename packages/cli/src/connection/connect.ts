import type { CommandContext, CommandRequest } from "@aomori/command";
import type { OperationId } from "@aomori/contract";
import { UserError } from "@aomori/protocol";
import { createNodeTransport } from "@aomori/sdk/node";
import type { Endpoint } from "@aomori/sdk/wire";
import { send } from "@aomori/sdk/wire";
import type { HomeLayout } from "@aomori/system";
import { configValue, homeLayout, readConfig, readServerInfo } from "@aomori/system";
import { bindings } from "../derived/bindings.ts";
import type { ServerRequest } from "./local-server.ts";
import { ensureLocalServer, localKeyName, localUrl } from "./local-server.ts";
import { readKey } from "./stored-keys.ts";

/** A server and the key to speak to it. */
export interface Connection {
  readonly endpoint: Endpoint;
  readonly isLocal: boolean;
}

export interface CallOptions {
  readonly dryRun?: boolean;
  readonly idempotencyKey?: string | undefined;
  readonly signal: AbortSignal;
}

/** The URL of AOMORI_API_URL or of the configuration, in the form keys are stored by; undefined for the local server. */
export async function configuredUrl(
  context: CommandContext,
  layout: HomeLayout,
): Promise<string | undefined> {
  const given = context.env["AOMORI_API_URL"];
  if (given !== undefined && given !== "") return normalUrl(given, "AOMORI_API_URL");
  const stored = configValue(await readConfig(layout.configFile), ["api-url"]);
  return typeof stored === "string" && stored !== "" ? normalUrl(stored, "api-url") : undefined;
}

/** Throws `API_URL_INVALID`; a URL never ends in a slash. */
export function normalUrl(text: string, label: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UserError(
      "config",
      "API_URL_INVALID",
      `${label} is ${JSON.stringify(text)}, not an http(s) URL; give one like https://aomori.example.org`,
    );
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

/** The configured server, or the local one, which is started when it does not run. */
export async function connect(request: ServerRequest): Promise<Connection> {
  const { context } = request;
  const layout = homeLayout(context.env);
  const transport = createNodeTransport();
  const given = context.env["AOMORI_API_KEY"]?.trim();
  if (given !== undefined && given !== "") context.redactor.add(given);
  const [remote, running] = await Promise.all([
    configuredUrl(context, layout),
    readServerInfo(layout.serverInfoFile),
  ]);
  if (remote !== undefined) {
    const apiKey = given || (await readKey(layout, remote, context));
    if (apiKey === undefined) throw keyMissing(remote);
    return { endpoint: { baseUrl: remote, apiKey, transport }, isLocal: false };
  }
  const info = await ensureLocalServer(layout, request, { running });
  request.prose.debug(`local server ${info.version} at ${localUrl(info)}, home ${layout.home}`);
  const apiKey = given || (await readKey(layout, localKeyName, context));
  return { endpoint: { baseUrl: localUrl(info), apiKey, transport }, isLocal: true };
}

/** One request in wire names; the answer as it stands on the wire. */
export function call(
  { endpoint }: Connection,
  id: OperationId,
  input: Readonly<Record<string, unknown>>,
  options: CallOptions,
): Promise<unknown> {
  return send(endpoint, { operation: bindings[id], input, ...options });
}

/** `call` for a command: with its dry run, key and signal. */
export function callFor(
  request: CommandRequest,
  connection: Connection,
  id: OperationId,
  input: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const { flags, signal } = request;
  const { dryRun, idempotencyKey } = flags;
  return call(connection, id, input, { dryRun, idempotencyKey, signal });
}

function keyMissing(url: string): UserError {
  return new UserError(
    "authn",
    "API_KEY_MISSING",
    `there is no API key for ${url}; store one with "aomori login --with-api-key < file", or set AOMORI_API_KEY`,
  );
}
