import type { CommandHandler } from "@aomori/command";
import { homeLayout, readCredentials, setCredential } from "@aomori/system";
import { loginUrl } from "../connection/login-url.ts";

export const handler: CommandHandler = {
  run: async (request) => {
    const url = await loginUrl(request);
    const { credentialsFile } = homeLayout(request.context.env);
    const wasStored = Object.hasOwn(await readCredentials(credentialsFile), url);
    if (wasStored) await setCredential(credentialsFile, url, undefined);
    return { api_url: url, removed: wasStored };
  },
};
