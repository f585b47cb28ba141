import type { CommandHandler, CommandRequest } from "@aomori/command";
import { homeLayout, readCredentials, setCredential } from "@aomori/system";
import { loginUrl } from "../connection/login-url.ts";
import { hostCredential } from "../plugins/host-tokens.ts";

export const handler: CommandHandler = {
  run: async (request) => {
    const { host } = request.input;
    if (typeof host === "string") {
      return { host, removed: await forget(request, hostCredential(host)) };
    }
    const url = await loginUrl(request);
    return { api_url: url, removed: await forget(request, url) };
  },
};

/** Whether there was something to forget. */
async function forget({ context }: CommandRequest, name: string): Promise<boolean> {
  const { credentialsFile } = homeLayout(context.env);
  const wasStored = Object.hasOwn(await readCredentials(credentialsFile), name);
  if (wasStored) await setCredential(credentialsFile, name, undefined);
  return wasStored;
}
