import type { CommandRequest, PlannedAction, StreamedEvent } from "./command-handler.ts";

/**
 * For a sink: makes one side effect and answers with the `audit` event to stream, or with its `aoi:plan` in a
 * dry run, where `effect` is not called. An effect that throws was not made and is not audited.
 */
export async function audited(
  { flags }: Pick<CommandRequest, "flags">,
  action: PlannedAction,
  effect: () => unknown,
): Promise<StreamedEvent> {
  if (flags.dryRun) return { ...action, type: "aoi:plan" };
  await effect();
  return { ...action, type: "audit", at: new Date().toISOString() };
}
