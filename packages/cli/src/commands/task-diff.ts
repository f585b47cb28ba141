import type { CommandHandler } from "@aomori/command";
import { remoteHandler } from "../connection/remote-handler.ts";
import { paged } from "../pager.ts";
import { diffText } from "../views/diff.ts";
import { fieldsOf, textAt } from "../wire/fields.ts";

export const handler: CommandHandler = paged(
  remoteHandler("tasks.diff").run,
  (value, { paint }) => {
    const diff = textAt(value, "diff");
    if (diff === undefined) return `${paint.dim("no changes")}\n`;
    const cut =
      fieldsOf(value)["truncated"] === true
        ? `\n${paint.yellow("the diff was cut at 1 MiB")}\n`
        : "";
    return `${diffText(diff.replace(/\n$/, ""), paint)}\n${cut}`;
  },
);
