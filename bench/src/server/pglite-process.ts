/** Nothing but PGlite on an existing directory, as the store opens it: the floor of a server's start. */
import { PGlite } from "@electric-sql/pglite";

const pglite = new PGlite({
  dataDir: process.argv[2] ?? "",
  startParams: [
    ...PGlite.defaultStartParams,
    "-c",
    "shared_buffers=16MB",
    "-c",
    "search_path=aomori",
  ],
});
await pglite.query("select count(*) from specs");
process.stdout.write("ready\n");
await pglite.close();
