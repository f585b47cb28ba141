import type { SpecRow } from "@aomori/store";
import type { EngineContext } from "../context.ts";

/** The spec's own test command, or what the checkout says; `undefined` where there is none (an empty one switches the gate off). */
export async function testCommandOf(
  engine: EngineContext,
  spec: SpecRow,
  directory: string,
): Promise<readonly string[] | undefined> {
  const { testCommand } = spec.settings;
  if (testCommand === undefined) return engine.workspaces.testCommand(directory);
  return testCommand.length === 0 ? undefined : testCommand;
}
