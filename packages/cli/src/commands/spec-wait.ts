import type { CommandHandler, CommandRequest } from "@aomori/command";
import { RetryableError, UserError } from "@aomori/protocol";
import type { Connection } from "../connection/connect.ts";
import { call, connect } from "../connection/connect.ts";
import { eventFeed } from "../connection/event-stream.ts";
import { phaseText, specStatusText } from "../views/spec-status.ts";
import { statusWord } from "../views/statuses.ts";
import { fieldsAt, textAt } from "../wire/fields.ts";

const phases = ["EXPLORE", "PRD", "REQUIREMENTS", "DESIGN", "TASKS", "SYNC", "COMPLETE"];

export const handler: CommandHandler = {
  run: async (request) => {
    const connection = await connect(request);
    return await waitFor(connection, request);
  },
  view: { resource: specStatusText },
};

/** Looks whenever the stream (re)connects, so that nothing is missed, and after each event of the spec. */
async function waitFor(connection: Connection, request: CommandRequest): Promise<unknown> {
  const { input, signal, prose } = request;
  const id = String(input["id"]);
  const until = typeof input["until"] === "string" ? input["until"] : "completed";
  const look = (): Promise<unknown> => call(connection, "specs.get", { id }, { signal });
  const filter = { spec_id: id, types: "spec.*,phase.*" };
  await look();
  for await (const _ of eventFeed(connection, { filter, signal }, { follow: true })) {
    const spec = await look();
    if (hasReached(spec, until)) return spec;
    refuseToWait(id, spec);
    const status = textAt(spec, "status") ?? "";
    prose.progress(`${id}: ${phaseText(textAt(spec, "phase") ?? "")}, ${statusWord(status)}`);
  }
  const message = `the events of spec ${id} ended; wait again`;
  throw new RetryableError("temporary", "STREAM_ENDED", message);
}

function hasReached(spec: unknown, until: string): boolean {
  if (textAt(spec, "status") === "completed") return true;
  return (
    until !== "completed" && phases.indexOf(textAt(spec, "phase") ?? "") >= phases.indexOf(until)
  );
}

/** Throws when the spec will not get there without a person. */
function refuseToWait(id: string, spec: unknown): void {
  const status = textAt(spec, "status");
  const phase = textAt(spec, "phase") ?? "?";
  const reason = textAt(fieldsAt(spec, "failure"), "message");
  const because = reason === undefined ? "" : `: ${reason}`;
  const details = { spec_id: id, status, phase };
  if (status === "failed") {
    const message = `spec ${id} failed in ${phase}${because}; see "aomori spec attempts ${id}", then "aomori spec retry ${id}"`;
    throw new UserError("conflict", "SPEC_FAILED", message, { details });
  }
  if (status === "cancelled") {
    const message = `spec ${id} was cancelled in ${phase}; create another`;
    throw new UserError("conflict", "SPEC_CANCELLED", message, { details });
  }
  if (status === "awaiting_approval") {
    const message = `spec ${id} waits in ${phase} for approval; "aomori spec approve ${id}" or "aomori spec reject ${id} COMMENT"`;
    throw new UserError("conflict", "SPEC_AWAITS_APPROVAL", message, { details });
  }
}
