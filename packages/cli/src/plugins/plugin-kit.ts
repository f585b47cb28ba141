import { newEventId } from "@aomori/contract";

// oxlint-disable-next-line typescript/consistent-type-imports -- a package that is only loaded late is not imported above
export type PluginKit = typeof import("@aomori/plugins") & {
  readonly newEventId: typeof newEventId;
};

/** The only door to what installs plugins: schemas, network and archives, loaded by the commands that need them. */
export async function loadPluginKit(): Promise<PluginKit> {
  return { ...(await import("@aomori/plugins")), newEventId };
}
