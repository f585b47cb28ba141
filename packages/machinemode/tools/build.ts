import { chmod, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { bundle } from "./bundle.ts";

// A test that needs a program of its own names a folder.
const folder = process.argv[2] ?? fileURLToPath(new URL("../dist/bin", import.meta.url));
const file = await bundle(folder);
await chmod(file, 0o755);
console.log(`built ${file}: ${Math.round((await stat(file)).size / 1024)} KiB`);
