import { join } from "node:path";
import { runTool } from "./run-tool.ts";

const verbs: readonly string[] = [
  "capabilities",
  "schema",
  "completion",
  "mcp",
  "doctor",
  "adapters",
  "help",
];
const verbFlags: readonly string[] = ["--help", "-h", "--version", "-V"];

/** The whole program: the wrapper's own verbs, or a wrapped tool. Resolves with the exit status. */
export async function main(host: NodeJS.Process, builtinFolder: string): Promise<number> {
  const words = host.argv.slice(2);
  const [first] = words;
  const folders = { builtin: builtinFolder, user: userFolder(host.env) };
  if (first === undefined || verbs.includes(first) || verbFlags.includes(first)) {
    const { runVerb } = await import("./verbs.ts");
    return await runVerb(words, host, folders);
  }
  return await runTool(words, { env: host.env, cwd: host.cwd(), folders });
}

function userFolder(env: NodeJS.ProcessEnv): string | undefined {
  const { XDG_CONFIG_HOME: config, HOME: home } = env;
  const base = config || (home ? join(home, ".config") : undefined);
  return base === undefined ? undefined : join(base, "machinemode", "adapters");
}
