import { fileURLToPath } from "node:url";
import type { ChildPlan } from "../src/adapter.ts";
import { resolveAdapter } from "../src/resolve-adapter.ts";

const builtin = fileURLToPath(new URL("../adapters", import.meta.url));

/** How the wrapper would run `words` in a directory; every corpus case is one that runs a tool. */
export async function planOf(words: readonly string[], cwd: string): Promise<ChildPlan> {
  const [tool = "", ...argv] = words;
  const adapter = await resolveAdapter({
    tool,
    argv,
    files: [],
    folders: { builtin, user: undefined },
    lines: false,
  });
  const { signal } = new AbortController();
  const plan = adapter.plan(argv, { cwd, env: {}, dryRun: false, yes: false, signal });
  if (plan.kind !== "child") throw new Error(`${words.join(" ")} is answered without a tool`);
  return plan;
}
