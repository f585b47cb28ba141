import type { CommandHandler, CommandRequest } from "@aomori/command";
import { call, connect } from "../connection/connect.ts";
import { paged } from "../pager.ts";
import { stepsText } from "../views/steps.ts";
import { listAt, textAt } from "../wire/fields.ts";

export const handler: CommandHandler = paged(trajectoryOf, (value, terminal) => {
  const steps = listAt(value, "steps");
  return steps.length === 0 ? "no steps yet\n" : stepsText(steps, terminal);
});

const pageSize = 500;

/** The whole trajectory; one page of it when a limit or a cursor asks for that. */
async function trajectoryOf(request: CommandRequest): Promise<unknown> {
  const { input, signal } = request;
  const connection = await connect(request);
  const page = (more: Readonly<Record<string, unknown>>): Promise<unknown> =>
    call(connection, "agents.get_trajectory", { ...input, ...more }, { signal });
  if (input["limit"] !== undefined || input["cursor"] !== undefined) return await page({});
  const steps: unknown[] = [];
  for (let cursor: string | undefined; ;) {
    const answer = await page({ limit: pageSize, ...(cursor === undefined ? {} : { cursor }) });
    steps.push(...listAt(answer, "steps"));
    cursor = textAt(answer, "next_cursor");
    if (cursor === undefined)
      return { agent_id: textAt(answer, "agent_id"), steps, next_cursor: null };
  }
}
