import type { CommandHandler, CommandRequest } from "@aomori/command";
import { didYouMean } from "@aomori/command";
import { UserError } from "@aomori/protocol";
import { createNodeTransport } from "@aomori/sdk/node";
import { homeLayout, setCredential } from "@aomori/system";
import { call } from "../connection/connect.ts";
import { loginUrl } from "../connection/login-url.ts";
import { hostCredential } from "../plugins/host-tokens.ts";
import { fieldsOf } from "../wire/fields.ts";

export const handler: CommandHandler = {
  run: async (request) => {
    const { input, context, signal } = request;
    if (typeof input["provider"] === "string") return storeProviderKey(request, input["provider"]);
    if (typeof input["host"] === "string") return storeHostToken(request, input["host"]);
    if (input["with_api_key"] !== true) {
      throw new UserError(
        "usage",
        "LOGIN_METHOD_MISSING",
        "give the key on standard input: aomori login --with-api-key < file, or --provider anthropic < file for a model; the local server needs no login",
      );
    }
    const url = await loginUrl(request);
    const apiKey = await readGivenKey(request);
    const endpoint = { baseUrl: url, apiKey, transport: createNodeTransport() };
    const identity = await call({ endpoint, isLocal: false }, "account.whoami", {}, { signal });
    await setCredential(homeLayout(context.env).credentialsFile, url, apiKey);
    return { api_url: url, ...fieldsOf(identity) };
  },
};

const providers: readonly string[] = ["anthropic", "openai", "openrouter", "openai-compatible"];

/** Kept for the local server, which reads it when a spec starts or goes on. */
async function storeProviderKey(
  request: CommandRequest,
  provider: string,
): Promise<{ readonly provider: string; readonly stored: true }> {
  if (!providers.includes(provider)) {
    throw new UserError(
      "usage",
      "PROVIDER_UNKNOWN",
      `there is no provider "${provider}".${didYouMean(provider, providers)} Providers: ${providers.join(", ")}`,
    );
  }
  const key = await readGivenKey(request);
  await setCredential(homeLayout(request.context.env).credentialsFile, provider, key);
  return { provider, stored: true };
}

/** Kept for plugins that are fetched from the host, and sent to no other. */
async function storeHostToken(
  request: CommandRequest,
  host: string,
): Promise<{ readonly host: string; readonly stored: true }> {
  const name = hostCredential(host);
  const token = await readGivenKey(request);
  await setCredential(homeLayout(request.context.env).credentialsFile, name, token);
  return { host, stored: true };
}

async function readGivenKey({ context, prose }: CommandRequest): Promise<string> {
  if (context.stdin.isTty) prose.note("paste the API key and end with Ctrl-D");
  const key = (await context.stdin.readText()).trim();
  context.redactor.add(key);
  if (/^\S+$/.test(key)) return key;
  throw new UserError(
    "validation",
    "API_KEY_INVALID",
    "standard input holds no API key (one line without spaces); nothing was stored",
  );
}
