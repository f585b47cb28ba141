/** The local server as `aomori server start --foreground` runs it, for where the command line is not built. */
import { startServer } from "@aomori/server";
import { homeLayout } from "@aomori/system";

const server = await startServer({
  layout: homeLayout(process.env),
  port: 0,
  version: "0.1.0",
  log: ({ level, message, error }) => {
    if (level !== "info") console.error(message, error ?? "");
  },
});
await server.stopped;
