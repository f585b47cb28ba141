import { fileURLToPath } from "node:url";

/** How this program is started again, for the server in the background. A build replaces this file. */
export const launch: { readonly file: string; readonly flags: readonly string[] } = {
  file: fileURLToPath(new URL("../bin.ts", import.meta.url)),
  flags: ["--conditions=aomori-source"],
};
