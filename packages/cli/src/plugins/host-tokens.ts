import type { CommandContext } from "@aomori/command";
import { UserError } from "@aomori/protocol";
import type { HomeLayout } from "@aomori/system";
import { readCredentials } from "@aomori/system";

const prefix = "host ";

/**
 * The name a host's token has in the credentials file. Throws `HOST_INVALID` (usage) for what is no host:
 * `github.com`, `127.0.0.1:8080`.
 */
export function hostCredential(host: string): string {
  if (URL.parse(`https://${host}/`)?.host === host) return `${prefix}${host}`;
  throw new UserError(
    "usage",
    "HOST_INVALID",
    `${JSON.stringify(host)} is no host; give it as in an address, in lower case: github.com, or 127.0.0.1:8080`,
  );
}

/** The stored tokens by host; from now on they are hidden wherever they would be printed. */
export async function readHostTokens(
  layout: HomeLayout,
  { redactor }: Pick<CommandContext, "redactor">,
): Promise<ReadonlyMap<string, string>> {
  const tokens = new Map<string, string>();
  for (const [name, token] of Object.entries(await readCredentials(layout.credentialsFile))) {
    if (!name.startsWith(prefix)) continue;
    redactor.add(token);
    tokens.set(name.slice(prefix.length), token);
  }
  return tokens;
}
