import type { CommandRequest } from "@aomori/command";
import { UserError } from "@aomori/protocol";
import { homeLayout } from "@aomori/system";
import { configuredUrl, normalUrl } from "./connect.ts";

/** The server a login is for. Throws `API_URL_MISSING`. */
export async function loginUrl({ input, context }: CommandRequest): Promise<string> {
  const given = input["api_url"];
  if (typeof given === "string") return normalUrl(given, "--api-url");
  const configured = await configuredUrl(context, homeLayout(context.env));
  if (configured !== undefined) return configured;
  throw new UserError(
    "config",
    "API_URL_MISSING",
    'no server is configured; "aomori config set api-url URL" first, or add --api-url URL',
  );
}
