import { chmod, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { bundle } from "./bundle.ts";

const file = await bundle(fileURLToPath(new URL("../dist/bin", import.meta.url)));
await chmod(file, 0o755);
console.log(`built ${file}: ${Math.round((await stat(file)).size / 1024)} KiB`);
