import { UserError } from "@aomori/protocol";
import { errnoOf, ioError, writeFileAtomic } from "@aomori/system";
import type { KeyObject } from "node:crypto";
import { createPrivateKey, generateKeyPairSync, randomUUID } from "node:crypto";
import { link, mkdir, readFile, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * The ed25519 key in a PEM file, made with mode 0600 when there is none. Throws SIGNING_KEY_TOO_OPEN when anybody but
 * its owner may read it, SIGNING_KEY_INVALID when it is another kind of key.
 */
export async function openSigningKey(path: string): Promise<KeyObject> {
  const pem = (await readKey(path)) ?? (await makeKey(path));
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (error) {
    throw invalidKey(path, error);
  }
  if (key.asymmetricKeyType !== "ed25519") throw invalidKey(path);
  return key;
}

/** Linked, not written in place: of two first submissions one makes the key and both use it, and nobody reads half of it. */
async function makeKey(path: string): Promise<string> {
  const { privateKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const candidate = `${path}.${randomUUID()}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(candidate, pem, { mode: 0o600 });
    await link(candidate, path);
    return pem;
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw ioError(error, `cannot make the signing key ${path}`);
    return (await readKey(path)) ?? pem;
  } finally {
    await rm(candidate, { force: true });
  }
}

async function readKey(path: string): Promise<string | undefined> {
  try {
    const { mode } = await stat(path);
    if ((mode & 0o077) === 0) return await readFile(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw ioError(error, `cannot read the signing key ${path}`);
  }
  throw new UserError(
    "config",
    "SIGNING_KEY_TOO_OPEN",
    `others may read ${path}, which signs in your name; run: chmod 600 ${path}`,
    { details: { path } },
  );
}

function invalidKey(path: string, cause?: unknown): UserError {
  return new UserError(
    "config",
    "SIGNING_KEY_INVALID",
    `${path} holds no ed25519 private key in PEM; move it away and a new one is made`,
    { cause, details: { path } },
  );
}
