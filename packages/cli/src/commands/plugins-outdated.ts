import type { CommandHandler } from "@aomori/command";
import type { SoundPlugin, SourceContext } from "@aomori/plugins";
import { errorBody, isCodedError } from "@aomori/protocol";
import { soundPlugins } from "../plugins/chosen-plugins.ts";
import type { PluginsRoom } from "../plugins/open-plugins.ts";
import { lookAtPlugins } from "../plugins/open-plugins.ts";
import { openSource } from "../plugins/source.ts";

export const handler: CommandHandler = {
  run: async (request) => {
    const room = await lookAtPlugins(request);
    const chosen = await soundPlugins(room, request.input);
    await using source = await openSource(room, request);
    const updates: unknown[] = [];
    for (const plugin of chosen) {
      request.tell({ type: "aoi:progress", message: `asking for the newest ${plugin.name}` });
      const update = await updateOf(room, source.context, plugin);
      if (update !== undefined) updates.push(update);
    }
    return updates;
  },
};

/** One that could not be asked for is told of too: it is not known to be up to date. */
async function updateOf(
  { kit }: PluginsRoom,
  context: SourceContext,
  { name, record, pinned }: SoundPlugin,
): Promise<unknown> {
  const about = { name, version: record.version, pinned };
  try {
    const newest = await kit.newestOf(context, record);
    if (newest.kind === "current") return undefined;
    if (newest.kind === "unknown") return { ...about, newest: null, reason: newest.reason };
    return { ...about, newest: newest.version };
  } catch (error) {
    if (!isCodedError(error) || context.signal?.aborted === true) throw error;
    const { code, message } = errorBody(error);
    return { ...about, newest: null, reason: message, code };
  }
}
