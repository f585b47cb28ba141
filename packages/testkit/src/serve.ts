import { parseArgs } from "node:util";
import { UserError, errorBody, exitCodes } from "@aomori/protocol";
import { loadScenario } from "./load-scenario.ts";
import { startModelServer } from "./model-server.ts";

const usage = "usage: serve.ts --scenario FILE [--port N]";

function readArguments(args: readonly string[]): { scenario: string; port: number } {
  const { values } = parseArgs({
    args: [...args],
    options: { scenario: { type: "string" }, port: { type: "string", default: "0" } },
  });
  const port = Number(values.port);
  if (values.scenario === undefined) {
    throw new UserError("usage", "USAGE", `--scenario is missing; ${usage}`);
  }
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UserError("usage", "USAGE", `--port ${values.port} is no port number; ${usage}`);
  }
  return { scenario: values.scenario, port };
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
