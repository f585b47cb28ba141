import type { CommandHandler, CommandRequest } from "@aomori/command";
import { UserError } from "@aomori/protocol";
import { createNodeTransport } from "@aomori/sdk/node";
import { homeLayout, setCredential } from "@aomori/system";
import { call } from "../connection/connect.ts";
import { loginUrl } from "../connection/login-url.ts";
import { fieldsOf } from "../wire/fields.ts";

export const handler: CommandHandler = {
  run: async (request) => {
    const { input, context, signal } = request;
    if (input["with_api_key"] !== true) {
      throw new UserError(
        "usage",
        "LOGIN_METHOD_MISSING",
        "give the key on standard input: aomori login --with-api-key < file; the local server needs no login",
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

async function readGivenKey({ context, prose }: CommandRequest): Promise<string> {
  if (context.stdin.isTty) prose.note("paste the API key and end with Ctrl-D");
  const key = (await context.stdin.readText()).trim();
  context.redactor.add(key);
  if (/^\S+$/.test(key)) return key;
  throw new UserError(
    "validation",
    "API_KEY_INVALID",
    "standard input holds no API key (one line, aomori_sk_…); nothing was stored",
  );
}
