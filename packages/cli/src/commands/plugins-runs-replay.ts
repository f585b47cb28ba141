import type { CommandHandler, CommandRequest, StreamedEvent } from "@aomori/command";
import { replayRun } from "@aomori/plugins/dispatch";
import { readLines } from "@aomori/protocol";
import { homeLayout } from "@aomori/system";
import { lineEvent } from "../plugins/line-event.ts";

/** Longer than any line that dispatch writes. */
const maxLineBytes = 16 * 1024 * 1024;

export const handler: CommandHandler = { run: replayed };

/** Between `begin` and `end`, as the run itself was; a run longer than what is kept of one says so in `plugins runs show`. */
async function* replayed({ input, context }: CommandRequest): AsyncGenerator<StreamedEvent, void> {
  const { pluginsDirectory } = homeLayout(context.env);
  yield { type: "begin" };
  const lines = readLines(replayRun(pluginsDirectory, String(input["id"])), maxLineBytes);
  for await (const { text } of lines) yield lineEvent(text ?? "");
  yield { type: "end" };
}
