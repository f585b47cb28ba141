import { stat } from "node:fs/promises";

import { UserError } from "@aomori/protocol";

import { readConfig, setConfigValue } from "./config-file.ts";
import { errnoOf, ioError } from "./io-error.ts";

/** Secrets by name; never printed. */
export type Credentials = Readonly<Record<string, string>>;

/** The credentials file, empty when there is none. Throws CREDENTIALS_TOO_OPEN when anybody but its owner may read it. */
export async function readCredentials(path: string): Promise<Credentials> {
  await checkMode(path);
  const credentials: Record<string, string> = {};
  for (const [name, value] of Object.entries(await readConfig(path))) {
    if (typeof value !== "string") {
      throw new UserError(
        "config",
        "MALFORMED_FILE",
        `${path}: ${name} is not a text; write it as ${name} = "…"`,
        { details: { path } },
      );
    }
    credentials[name] = value;
  }
  return credentials;
}

/** Sets one secret, or removes it with undefined; the file is made with mode 0600. */
export async function setCredential(
  path: string,
  name: string,
  value: string | undefined,
): Promise<void> {
  await checkMode(path);
  await setConfigValue(path, [name], value, { mode: 0o600 });
}

async function checkMode(path: string): Promise<void> {
  let mode: number;
  try {
    mode = (await stat(path)).mode;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return;
    throw ioError(error, `cannot look at ${path}`);
  }
  if ((mode & 0o077) === 0) return;
  throw new UserError(
    "config",
    "CREDENTIALS_TOO_OPEN",
    `${path} holds secrets and has mode 0${(mode & 0o777).toString(8)}; run: chmod 600 ${path}`,
    { details: { path } },
  );
}
