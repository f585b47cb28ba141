import type { CommandHandler } from "@aomori/command";
import { cellText } from "@aomori/command";
import { call, callFor, connect } from "../connection/connect.ts";
import { planOf } from "../connection/remote-handler.ts";
import { confirmed } from "../confirmed.ts";
import { mergeStatusText } from "../views/merge-status.ts";
import { textAt } from "../wire/fields.ts";

export const handler: CommandHandler = {
  run: async (request) => {
    const { into, ...input } = request.input;
    const { flags, signal } = request;
    const connection = await connect(request);
    if (typeof into !== "string") {
      const answer = await callFor(request, connection, "dag.merge", input);
      return flags.dryRun ? planOf(answer) : answer;
    }
    const target = { ...input, into };
    if (flags.dryRun) {
      return planOf(await call(connection, "dag.merge_into", target, { dryRun: true, signal }));
    }
    await confirmed(request, `move branch ${into} of your repository to the merged result`);
    return await call(connection, "dag.merge_into", target, { signal });
  },
  view: {
    resource: (value, terminal) => {
      const branch = textAt(value, "branch");
      if (branch === undefined) return mergeStatusText(value, terminal);
      const commit = (textAt(value, "commit") ?? "").slice(0, 12);
      const before = (textAt(value, "previous_commit") ?? "").slice(0, 12);
      const kind = (textAt(value, "kind") ?? "").replaceAll("_", " ");
      if (kind === "created") return `${cellText(branch)} is new, at ${commit}\n`;
      return kind === "up to date"
        ? `${cellText(branch)} is up to date at ${commit}\n`
        : `${cellText(branch)} moved from ${before} to ${commit} (${cellText(kind)})\n`;
    },
  },
};
