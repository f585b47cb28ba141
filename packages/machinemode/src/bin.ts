import { fileURLToPath } from "node:url";
import { main } from "./cli/main.ts";

const builtin = fileURLToPath(new URL("../adapters", import.meta.url));
// oxlint-disable-next-line unicorn/no-process-exit -- the one place that ends the process
process.exit(await main(process, builtin));
