/** Loaded before a program that is measured: writes the most memory it held, in KiB, to the file in PEAK_FILE. */
import { writeFileSync } from "node:fs";

const { PEAK_FILE: file } = process.env;
process.on("exit", () => {
  if (file !== undefined) writeFileSync(file, String(process.resourceUsage().maxRSS));
});
