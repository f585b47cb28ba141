import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { errorBody, isCodedError } from "@aomori/protocol";
import { extractArchive } from "../archive/extract-archive.ts";

/** What would keep a viewer's archive from being installed, in one clause; undefined when nothing would. */
export async function viewerProblem(file: string): Promise<string | undefined> {
  const scratch = await mkdtemp(join(tmpdir(), "aomori-viewer-"));
  try {
    const files = await extractArchive({ file, directory: join(scratch, "viewer") });
    const hasIndex = files.some(({ path }) => path === "index.html");
    return hasIndex ? undefined : "it has no index.html at its root";
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return errorBody(error).message;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
