import type { CommandHandler } from "@aomori/command";
import { homeLayout } from "@aomori/system";
import { resolve } from "node:path";
import { openStoreFor, storeGraceMs } from "../connection/store-access.ts";

export const handler: CommandHandler = {
  graceMs: storeGraceMs,
  run: async (request) => {
    const file = resolve(request.context.cwd, String(request.input["file"]));
    await using store = await openStoreFor(request);
    const { rows, specsInFlight, tasksInFlight } = await store.importFrom(file);
    if (specsInFlight.length > 0) {
      const { clonesDirectory } = homeLayout(request.context.env);
      request.prose.warning(inFlightText(specsInFlight, tasksInFlight, clonesDirectory));
    }
    return { file, rows, specs_in_flight: specsInFlight, tasks_in_flight: tasksInFlight };
  },
};

const mostNamed = 5;

/** What an export has not in it: the clones, with the branches of unfinished work. */
function inFlightText(specs: readonly string[], tasks: number, clonesDirectory: string): string {
  const named = specs.slice(0, mostNamed).join(", ");
  const more = specs.length > mostNamed ? `, and ${specs.length - mostNamed} more` : "";
  return (
    `${specs.length} of the imported specs are in flight (${named}${more}), with ${tasks} tasks ready or under way; their clones and ` +
    `branches lie in the home they came from. Before a server starts here, stop the one there and copy its folder "clones" to ` +
    `${clonesDirectory}; or cancel them with: aomori spec cancel ID`
  );
}
