import type { SpecId } from "@aomori/contract";
import { openStore } from "@aomori/store";
import { homeLayout, randomBytes } from "@aomori/system";
import type { PlannedTask } from "../engine/layered-dag.ts";
import { storePlannedSpec } from "../engine/planned-spec.ts";

/** Puts a cancelled spec into a new home: nothing works on it while it is read. */
export async function storeSpec(home: string, plan: readonly PlannedTask[]): Promise<SpecId> {
  await using store = await openStore({
    home: homeLayout({ AOMORI_HOME: home }),
    clock: { now: () => Date.now() },
    randomBytes,
  });
  return await storePlannedSpec(store, plan, 5, "cancelled");
}
