/** A server in a process of its own, from sources: `serve-child.ts VERSION PORT`. TERM drains it. */
import { startServer } from "@aomori/server";
import { homeLayout } from "@aomori/system";
import { armKillPoints } from "./kill-points.ts";
import { armKillWrites } from "./kill-writes.ts";

const [version = "0.1.0", port = "0"] = process.argv.slice(2);
const { AOMORI_KILL_FILE: killFile, AOMORI_DATABASE_URL: databaseUrl } = process.env;
if (killFile !== undefined) armKillPoints(killFile);
const { AOMORI_WRITES_FILE: writesFile, AOMORI_KILL_WRITE: label = "" } = process.env;
if (writesFile !== undefined) {
  armKillWrites(writesFile, { label, nth: Number(process.env["AOMORI_KILL_NTH"] ?? 1) });
}

try {
  const server = await startServer({
    layout: homeLayout(process.env),
    port: Number(port),
    version,
    databaseUrl,
    log: ({ level, message, error }) => {
      const cause = error instanceof Error ? ` ${error.stack ?? error.message}` : "";
      if (level !== "info") process.stderr.write(`${level}: ${message}${cause}\n`);
    },
  });
  process.once("SIGTERM", () => {
    server.drain().catch((error: unknown) => {
      process.stderr.write(`drain: ${String(error)}\n`);
      process.exitCode = 1;
    });
  });
  process.stdout.write(`${JSON.stringify({ url: server.url, port: server.port })}\n`);
  await server.stopped;
} catch (error) {
  const code = error instanceof Error && "code" in error ? String(error.code) : "INTERNAL";
  const message = error instanceof Error ? error.message : String(error);
  process.stdout.write(`${JSON.stringify({ refused: { code, message } })}\n`);
  process.exitCode = 1;
}
