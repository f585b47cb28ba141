import type { CommandRequest } from "@aomori/command";
import { errorBody } from "@aomori/protocol";
import type { PluginName, PluginsLayout } from "@aomori/plugins";
import type { HomeLayout } from "@aomori/system";
import { homeLayout } from "@aomori/system";
import { coreWords } from "../derived/core-words.ts";
import type { PluginKit } from "./plugin-kit.ts";

/** What every command about plugins begins with. */
export interface PluginsRoom {
  readonly kit: PluginKit;
  readonly home: HomeLayout;
  readonly plugins: PluginsLayout;
  /** Throws for what cannot be a plugin's name here. */
  readonly nameIn: (field: string) => PluginName;
}

/** For commands that only look: what is installed is whole at every moment. */
export async function lookAtPlugins({ input, context }: CommandRequest): Promise<PluginsRoom> {
  const { loadPluginKit } = await import("./plugin-kit.ts");
  const kit = await loadPluginKit();
  const home = homeLayout(context.env);
  return {
    kit,
    home,
    plugins: kit.pluginsLayout(home.pluginsDirectory),
    nameIn: (field) => kit.parsePluginName(String(input[field]), { coreCommands: coreWords }),
  };
}

/** For commands that change something: what a killed process left is finished or undone first, and told of. */
export async function openPluginsRoom(request: CommandRequest): Promise<PluginsRoom> {
  const room = await lookAtPlugins(request);
  const { recoveries } = await room.kit.openPlugins(room.home.pluginsDirectory);
  for (const recovery of recoveries) {
    if (recovery.outcome === "busy") continue;
    if (recovery.outcome === "failed") {
      request.prose.warning(`${recovery.key}: ${errorBody(recovery.error).message}`);
    } else {
      request.prose.note(
        `${recovery.key}: a change that was cut off was ${wordOf[recovery.outcome]}`,
      );
    }
  }
  return room;
}

const wordOf = {
  rolled_forward: "finished",
  rolled_back: "undone",
  cleaned: "cleared away",
} as const;
