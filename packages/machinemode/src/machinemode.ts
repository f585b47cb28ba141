import { join } from "node:path";
import { main } from "./cli/main.ts";

// oxlint-disable-next-line unicorn/no-process-exit, unicorn/prefer-top-level-await, unicorn/prefer-module -- the one place that ends the process, in a CommonJS bundle
void main(process, join(__dirname, "adapters")).then((status) => process.exit(status));
