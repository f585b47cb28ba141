import { chmod, mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UserError } from "@aomori/protocol";
import { errnoOf, ioError } from "@aomori/system";
import type { PluginName } from "../names/names.ts";
import { projectFiles } from "./project-files.ts";
import type { ScaffoldKind } from "./project-files.ts";

/** Writes a small plugin that works, into a folder that is empty or not there yet; answers the files, below the folder. */
export async function scaffold(
  kind: ScaffoldKind,
  name: PluginName,
  directory: string,
): Promise<readonly string[]> {
  const [first] = await entriesOf(directory);
  if (first !== undefined) {
    const message = `${directory} is not empty, it holds ${first}; give an empty or a new folder`;
    throw new UserError("conflict", "DIRECTORY_NOT_EMPTY", message, { details: { directory } });
  }
  const files = projectFiles(kind, name);
  try {
    for (const { path, content, mode } of files) {
      const file = join(directory, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content, { flag: "wx" });
      await chmod(file, mode);
    }
  } catch (error) {
    throw ioError(error, `cannot write the new plugin into ${directory}`);
  }
  return files.map(({ path }) => path);
}

/** Names in a folder; none for one that is not there. */
export async function entriesOf(directory: string): Promise<readonly string[]> {
  try {
    return (await readdir(directory)).toSorted();
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw ioError(error, `cannot read the folder ${directory}`);
  }
}
