import type { CommandHandler, CommandRequest, PlannedAction, View } from "@aomori/command";
import { Plan } from "@aomori/command";
import type { OperationId } from "@aomori/contract";
import { fieldsOf, listAt } from "../wire/fields.ts";
import { callFor, connect } from "./connect.ts";
import { providerKeys } from "./provider-keys.ts";

export interface RemoteOptions {
  readonly view?: View;
  /** Model keys of this environment travel with the request. */
  readonly sendsProviderKeys?: boolean;
  /** The answer is `{items: […]}`; the command shows the items. */
  readonly isList?: boolean;
}

/** A command that is one request. */
export function remoteHandler(id: OperationId, options: RemoteOptions = {}): CommandHandler {
  return {
    run: (request) => runRemote(id, request, options),
    ...(options.view === undefined ? {} : { view: options.view }),
  };
}

async function runRemote(
  id: OperationId,
  request: CommandRequest,
  { sendsProviderKeys = false, isList = false }: RemoteOptions,
): Promise<unknown> {
  const connection = await connect(request);
  const keys = sendsProviderKeys ? providerKeys(request.context) : undefined;
  const input = {
    ...request.input,
    ...(keys === undefined ? {} : { provider_keys: keys }),
  };
  const answer = await callFor(request, connection, id, input);
  if (request.flags.dryRun) return planOf(answer);
  return isList ? listAt(answer, "items") : answer;
}

/** What a server answered a dry run with. */
export function planOf(answer: unknown): Plan {
  const actions = listAt(fieldsOf(answer)["plan"], "actions").map((action): PlannedAction => {
    const fields = fieldsOf(action);
    return { ...fields, action: String(fields["action"]) };
  });
  return new Plan(actions);
}
