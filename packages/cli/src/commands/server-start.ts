import type { CommandHandler, CommandRequest, StreamedEvent } from "@aomori/command";
import { UserError, sanitizeForTerminal } from "@aomori/protocol";
import { homeLayout, readServerInfo } from "@aomori/system";
import { ensureLocalServer, localUrl } from "../connection/local-server.ts";
import { ServerLog } from "../connection/server-log.ts";
import { serverState } from "../connection/server-state.ts";
import { serverText } from "../views/server.ts";

/** Requests under way and agents that are told to stop have this long after a signal. */
const drainGraceMs = 20_000;

export const handler: CommandHandler = {
  graceMs: drainGraceMs,
  run: async (request) => {
    const port = Number(request.input["port"] ?? 0);
    if (request.input["foreground"] === true) return serveUntilTold(request, port);
    const layout = homeLayout(request.context.env);
    const running = await readServerInfo(layout.serverInfoFile);
    if (running !== undefined && port !== 0 && running.port !== port) {
      throw new UserError(
        "conflict",
        "SERVER_RUNNING",
        `the local server already runs at ${localUrl(running)}; stop it first with "aomori server stop"`,
      );
    }
    await ensureLocalServer(layout, request, { port, running });
    return await serverState(layout, request);
  },
  view: {
    resource: serverText,
    event: ({ type, summary, level }, { paint }) => {
      const text = sanitizeForTerminal(String(summary));
      if (type === "server.log" && level === "error") return paint.red(text);
      return type === "server.log" && level === "warn" ? paint.yellow(text) : text;
    },
  },
};

/** The server in this process: its log as events, until a signal or a drain ends it. */
async function* serveUntilTold(
  { context, signal, input }: CommandRequest,
  port: number,
): AsyncGenerator<StreamedEvent, void> {
  const { serveHere } = await import("../server-process.ts");
  signal.throwIfAborted();
  const layout = homeLayout(context.env);
  const toFile = input["log_to_file"] === true;
  const log = toFile ? await ServerLog.toFile(layout.serverLogFile) : new ServerLog(undefined);
  const databaseUrl = context.env["AOMORI_DATABASE_URL"] || undefined;
  const server = await serveHere({ layout, port, databaseUrl, log: (line) => log.push(line) });
  const drain = (): void => {
    server.drain().catch((error: unknown) => log.fail(error));
  };
  if (signal.aborted) drain();
  else signal.addEventListener("abort", drain, { once: true });
  server.stopped.then(
    () => log.end(),
    (error: unknown) => log.fail(error),
  );
  try {
    yield* log.events();
  } finally {
    // Whoever stops listening in the middle, told to stop while it started for one, still waits until it let go of its store.
    await server.drain();
  }
}
