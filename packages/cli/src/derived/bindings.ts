import type { OperationId } from "@aomori/contract";
import { operations } from "@aomori/contract";
import type { WireOperation } from "@aomori/sdk/wire";

/**
 * What sending an operation needs of its definition. A build evaluates this file and puts the plain result
 * in its place, so that no command loads a schema.
 */
export const bindings: Readonly<Record<OperationId, WireOperation>> = bindingsOf();

function bindingsOf(): Readonly<Record<OperationId, WireOperation>> {
  const entries = Object.values(operations).map(({ id, http, effects }) => [
    id,
    { id, http, effects },
  ]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one entry for each operation, by its id
  return Object.fromEntries(entries) as Record<OperationId, WireOperation>;
}
