import { parseArgs } from "node:util";
import { UserError, errorBody, exitCodes } from "@aomori/protocol";
import { loadScenario } from "./load-scenario.ts";
import { startModelServer } from "./model-server.ts";

const usage = "usage: serve.ts --scenario FILE [--port N]";

function usageError(reason: string, cause?: unknown): UserError {
  return new UserError("usage", "USAGE", `${reason}; ${usage}`, { cause });
}

function readArguments(args: readonly string[]): { scenario: string; port: number } {
  const { scenario, port } = parseFlags(args);
  const number = Number(port);
  if (scenario === undefined) throw usageError("--scenario is missing");
  if (!Number.isInteger(number) || number < 0 || number > 65_535) {
    throw usageError(`--port ${port} is no port number`);
  }
  return { scenario, port: number };
}

function parseFlags(args: readonly string[]): { scenario?: string; port: string } {
  try {
    return parseArgs({
      args: [...args],
      options: { scenario: { type: "string" }, port: { type: "string", default: "0" } },
    }).values;
  } catch (cause) {
    throw usageError(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

/** Serves a scenario until SIGINT or SIGTERM; prints one line with the address on stdout. */
async function main(args: readonly string[]): Promise<void> {
  const { scenario, port } = readArguments(args);
  const stopped = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stopped.abort());
  const server = await startModelServer({ scenario: await loadScenario(scenario), port });
  process.stdout.write(`${JSON.stringify({ url: server.url, port: server.port })}\n`);
  stopped.signal.addEventListener("abort", () => void server.close(), { once: true });
}

if (import.meta.main) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    const body = errorBody(error);
    process.stderr.write(`${body.message}\n`);
    process.exitCode = exitCodes[body.category];
  }
}
