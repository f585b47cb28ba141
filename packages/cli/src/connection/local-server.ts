import type { CommandContext, CommandRequest } from "@aomori/command";
import { UserError } from "@aomori/protocol";
import type { HomeLayout, ServerInfo } from "@aomori/system";
import { databaseLabel } from "@aomori/system";
import { version } from "../identity.ts";
import { compareVersions } from "./versions.ts";

/** The name under which the server keeps its key in the credentials file. */
export const localKeyName = "local";

export type ServerRequest = Pick<CommandRequest, "context" | "prose" | "signal">;

interface LocalServerOptions {
  readonly port?: number;
  /** The server found running, if any. */
  readonly running?: ServerInfo | undefined;
}

export function localUrl(info: Pick<ServerInfo, "port">): string {
  return `http://127.0.0.1:${info.port}`;
}

/** The local server of this home, started when there is none and started again when it is older than this program. */
export async function ensureLocalServer(
  layout: HomeLayout,
  request: ServerRequest,
  { port = 0, running }: LocalServerOptions = {},
): Promise<ServerInfo> {
  if (running !== undefined) requireSameDatabase(running, request.context);
  // The API only grows, so that a newer server understands this program.
  if (running !== undefined && compareVersions(running.version, version) >= 0) return running;
  // Loaded only where it is needed: a command that finds its server must not pay for starting one.
  const { startLocalServer, stopLocalServer } = await import("./server-lifecycle.ts");
  if (running === undefined) return await startLocalServer(layout, request, port);
  request.prose.note(
    `the local server is ${running.version} and this is ${version}: it finishes its requests and is started again`,
  );
  await stopLocalServer(layout, running, request);
  return await startLocalServer(layout, request, port);
}

/** A running server keeps the store it was started on: asking for another one must not be answered from it. */
function requireSameDatabase(running: ServerInfo, { env }: CommandContext): void {
  const wanted = databaseLabel(env["AOMORI_DATABASE_URL"]);
  const { database } = running;
  if (wanted === null || database === undefined || database === wanted) return;
  throw new UserError(
    "conflict",
    "SERVER_ON_OTHER_DATABASE",
    `AOMORI_DATABASE_URL names ${wanted}, and the local server (process ${running.pid}) works on ${database ?? "the store in its home"}; ` +
      'to change over, run "aomori server stop" and start it anew; to stay, unset AOMORI_DATABASE_URL',
  );
}
