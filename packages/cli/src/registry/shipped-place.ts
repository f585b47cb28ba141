import { fileURLToPath } from "node:url";

/** The folder of the entries that come with the program. A build replaces this file. */
export const shippedDirectory: string = fileURLToPath(
  new URL("../../../../registry", import.meta.url),
);
