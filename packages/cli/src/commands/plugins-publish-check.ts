import type { CommandHandler, CommandRequest, StreamedEvent } from "@aomori/command";
import { resolve } from "node:path";
import { coreWords } from "../derived/core-words.ts";
import { lookAtPlugins } from "../plugins/open-plugins.ts";
import { textAt } from "../wire/fields.ts";

export const handler: CommandHandler = { run: checksOf };

async function* checksOf(request: CommandRequest): AsyncGenerator<StreamedEvent, void> {
  const { input, context } = request;
  const { kit } = await lookAtPlugins(request);
  const directory = resolve(context.cwd, textAt(input, "directory") ?? ".");
  const tag = textAt(input, "tag");
  const checks = await kit.publishCheck(directory, {
    coreCommands: coreWords,
    viewerProblem: (path) => kit.viewerProblem(path),
    ...(tag === undefined ? {} : { tag }),
  });
  for (const { name, status, message } of checks) {
    const ok = status !== "failed";
    const skipped = status === "skipped" ? { not_verified: true } : {};
    yield {
      type: "aoi:check",
      name,
      ok,
      severity: ok ? "info" : "error",
      detail: message,
      ...skipped,
    };
  }
}
