import { createHash } from "node:crypto";
import { chmod, open, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { UserError, mapOrdered } from "@aomori/protocol";
import { writeFileAtomic } from "@aomori/system";
import { diskStep } from "../disk/disk-step.ts";
import type { DiskStep } from "../disk/disk-step.ts";
import type { Sha256 } from "../names/names.ts";
import { kindOf, syncDirectory } from "./durable-files.ts";
import { recordFileName } from "./plugin-layout.ts";
import type { InstalledFile, PluginRecord } from "./plugin-record.ts";
import { recordSchema } from "./record-schema.ts";

/** The name in a version's folder by which readers of the older layout start the plugin. */
const executableName = "plugin";

const filesAtOnce = 8;

/**
 * Finishes a folder that is to become a version: nothing but files and folders in it, usual permissions, each file hashed,
 * the record beside them, and all of it on the disk when this returns.
 */
export async function sealVersion(directory: string, record: PluginRecord): Promise<PluginRecord> {
  const folders: string[] = [];
  const entryFile = record.origin.kind === "link" ? undefined : record.entry;
  const seal = (path: string): Promise<InstalledFile> =>
    sealFile(directory, path, entryFile?.kind === "native" && entryFile.file === path);
  const options = { concurrency: filesAtOnce };
  const files = await Array.fromAsync(mapOrdered(walk(directory, "", folders), seal, options));
  if (entryFile !== undefined && !files.some(({ path }) => path === entryFile.file)) {
    throw refused(record, entryFile.file, "the file that starts the plugin is missing");
  }
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const { files: _, ...rest } = record;
  const sealed = { ...rest, files: sorted };
  checkRecord(sealed);
  await linkExecutable(directory, record);
  const recordFile = join(directory, recordFileName);
  await writeFileAtomic(recordFile, `${JSON.stringify(sealed, null, 2)}\n`);
  for (const folder of folders.reverse()) {
    const path = join(directory, folder);
    await diskStep("CHMOD", `cannot set the mode of ${path}`, () => chmod(path, 0o755));
    await syncDirectory(path);
  }
  return sealed;
}

/** Paths of the files; the folders are put into `folders`, parents first. */
async function* walk(root: string, folder: string, folders: string[]): AsyncGenerator<string> {
  folders.push(folder);
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (path === recordFileName) throw refusedFile(path, "the name is the record's");
    if (entry.isDirectory()) yield* walk(root, path, folders);
    else if (entry.isFile()) yield path;
    else throw refusedFile(path, "it is neither a file nor a folder");
  }
}

async function sealFile(
  directory: string,
  path: string,
  isExecutable: boolean,
): Promise<InstalledFile> {
  return diskStep(stepOf(path), `cannot finish ${path} in ${directory}`, async () => {
    const file = await open(join(directory, path), "r");
    try {
      const stats = await file.stat();
      const mode = isExecutable || (stats.mode & 0o111) !== 0 ? 0o755 : 0o644;
      const doing = `cannot set the mode of ${path} in ${directory}`;
      await diskStep("CHMOD", doing, () => file.chmod(mode));
      await file.sync();
      const sha256 = await hashOf(file.createReadStream({ autoClose: false }));
      return { path, sha256, size_bytes: stats.size, mode: mode.toString(8) };
    } finally {
      await file.close();
    }
  });
}

const stepOf = (path: string): DiskStep =>
  path.startsWith("viewer/") ? "VIEWER_ZIP_EXTRACT" : "BINARY_WRITE";

/** The sha256 of what a stream holds. */
export async function hashOf(stream: AsyncIterable<Buffer>): Promise<Sha256> {
  const hash = createHash("sha256");
  for await (const chunk of stream) hash.update(chunk);
  return recordSchema.shape.sha256.valueType.parse(hash.digest("hex"));
}

/** Lets `NAME/plugin` lead to the program, whatever its file is called and wherever a linked one lies. */
async function linkExecutable(directory: string, { entry, origin }: PluginRecord): Promise<void> {
  if (entry === undefined) return;
  const target = origin.kind === "link" ? join(origin.directory, entry.file) : entry.file;
  const link = join(directory, executableName);
  if (target !== executableName && (await kindOf(link)) === undefined) await symlink(target, link);
}

/** The link that `linkExecutable` made is part of a version without being a file of it. */
export const isExecutableLink = (path: string): boolean => path === executableName;

/** A record that could not be read back would be a broken plugin. */
function checkRecord(record: PluginRecord): void {
  const parsed = recordSchema.safeParse(record);
  if (parsed.success) return;
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`);
  throw refused(record, recordFileName, issues.join("; "));
}

function refused({ name, version }: PluginRecord, path: string, why: string): UserError {
  return new UserError(
    "validation",
    "PLUGIN_INCOMPLETE",
    `plugin ${name} ${version} cannot be installed: ${path}: ${why}; tell its author`,
    { details: { name, path } },
  );
}

function refusedFile(path: string, why: string): UserError {
  return new UserError(
    "validation",
    "PLUGIN_FILE_REFUSED",
    `${JSON.stringify(path)} cannot be part of a plugin: ${why}; tell its author`,
    { details: { path } },
  );
}
