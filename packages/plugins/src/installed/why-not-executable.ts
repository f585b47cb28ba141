import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { errnoOf, ioError } from "@aomori/system";
import { isAbsent } from "./durable-files.ts";

export async function whyNoFile(path: string): Promise<string | undefined> {
  try {
    return (await stat(path)).isFile() ? undefined : `${path} is no file`;
  } catch (error) {
    if (isAbsent(error)) return `${path} is missing`;
    throw ioError(error, `cannot look at ${path}`);
  }
}

export async function whyNotExecutable(path: string): Promise<string | undefined> {
  const reason = await whyNoFile(path);
  if (reason !== undefined) return reason;
  try {
    await access(path, constants.X_OK);
    return undefined;
  } catch (error) {
    if (errnoOf(error) === "EACCES") return `${path} is not executable`;
    throw ioError(error, `cannot look at ${path}`);
  }
}
