import type { CommandContext } from "@aomori/command";
import type { HomeLayout } from "@aomori/system";
import { readCredentials } from "@aomori/system";

/** One key of the credentials file; from now on it is hidden wherever it would be printed. */
export async function readKey(
  layout: HomeLayout,
  name: string,
  context: CommandContext,
): Promise<string | undefined> {
  const key = (await readCredentials(layout.credentialsFile))[name];
  if (key !== undefined) context.redactor.add(key);
  return key;
}
