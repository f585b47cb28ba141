import type { AgentDriver } from "../driver.ts";
import { BuiltinRun, type BuiltinOptions } from "./builtin-run.ts";

/** Our own agent; always there. */
export function builtinDriver(options: BuiltinOptions): AgentDriver {
  return {
    name: "builtin",
    detect: async () => ({ kind: "found", path: null, version: null }),
    start: (request) => new BuiltinRun(request, options),
  };
}
