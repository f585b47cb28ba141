import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as z from "zod";

const Manifest = z.object({ bin: z.record(z.string(), z.string()).optional() });
const packageUrl = new URL("../../../packages/cli/package.json", import.meta.url);

/** How the built `aomori` is run: its entry by this Node; undefined while `npm run build` has made none. */
export function builtCommand(): readonly string[] | undefined {
  const { bin } = Manifest.parse(JSON.parse(readFileSync(packageUrl, "utf8")));
  const entry = bin?.["aomori"];
  if (entry === undefined) return undefined;
  const file = fileURLToPath(new URL(entry, packageUrl));
  return existsSync(file) ? [process.execPath, file] : undefined;
}
