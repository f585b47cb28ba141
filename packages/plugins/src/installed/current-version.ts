import { basename, join } from "node:path";
import { UserError } from "@aomori/protocol";
import { errnoOf, ioError } from "@aomori/system";
import { linkTarget } from "./durable-files.ts";
import type { PluginLayout } from "./plugin-layout.ts";

/** The id that `current` points to, whether that version is there or not; undefined when no version is current. */
export async function currentVersion({
  currentLink,
  name,
}: PluginLayout): Promise<string | undefined> {
  let target: string | undefined;
  try {
    target = await linkTarget(currentLink);
  } catch (error) {
    if (errnoOf(error) !== "EINVAL") throw ioError(error, `cannot read ${currentLink}`);
    throw strange(name, currentLink, "is no link");
  }
  if (target === undefined) return undefined;
  const id = basename(target);
  if (target !== versionTarget(id)) throw strange(name, currentLink, `points to ${target}`);
  return id;
}

/** What `current` holds for a version: relative, so that the plugins can be moved as a whole. */
export const versionTarget = (id: string): string => join("versions", id);

export const versionDirectory = ({ versionsDirectory }: PluginLayout, id: string): string =>
  join(versionsDirectory, id);

function strange(name: string, link: string, what: string): UserError {
  return new UserError(
    "config",
    "PLUGIN_LINK_INVALID",
    `${link} ${what} and not to a version of plugin ${name}; remove it, then install the plugin again`,
    { details: { name, path: link } },
  );
}
