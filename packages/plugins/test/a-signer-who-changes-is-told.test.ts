import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checkSigner, knownSigner, parseMinisignKey, rememberSigner } from "@aomori/plugins";
import type { Signer } from "@aomori/plugins";
import { expect, test } from "vitest";
import { minisignSigner } from "./integrity/minisign-signer.ts";
import { placeOf } from "./source/loopback-source.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const place = placeOf("Octo", "hello");
const accept = "aomori plugins install Octo/hello --accept-signer";

function newKey(): Signer {
  return parseMinisignKey(minisignSigner().publicKeyFile, "key").signer;
}

function workflow(subject: string): Signer {
  return { kind: "sigstore", subject, issuer: "https://token.actions.githubusercontent.com" };
}

async function book(): Promise<string> {
  return join(await temporaryDirectory(), ".signers.json");
}

test("the first signer passes, the same one again too, in any case of the names", async () => {
  const file = await book();
  const signer = newKey();
  expect(await knownSigner(file, place)).toBeUndefined();
  await checkSigner(file, place, undefined, accept);
  await checkSigner(file, place, signer, accept);
  await rememberSigner(file, place, signer);
  await checkSigner(file, placeOf("octo", "HELLO"), signer, accept);
  expect(await knownSigner(file, place)).toEqual(signer);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test("another key, another kind and no signature at all are told, with both and the way out", async () => {
  const file = await book();
  const known = newKey();
  await rememberSigner(file, place, known);
  for (const found of [
    newKey(),
    workflow("https://github.com/Octo/hello/x@refs/heads/a"),
    undefined,
  ]) {
    await expect(checkSigner(file, place, found, accept)).rejects.toMatchObject({
      code: "SIGNER_CHANGED",
      category: "authz",
      message: expect.stringMatching(
        /was signed by the minisign key .* is now signed by .*accept it with "aomori/,
      ),
      details: { known, found: found ?? null, accept_command: accept },
    });
  }
  await checkSigner(file, placeOf("Octo", "other"), newKey(), accept);
});

test("a workflow stays the same from release to release, another workflow is another signer", async () => {
  const file = await book();
  const path = "https://github.com/Octo/hello/.github/workflows";
  await rememberSigner(file, place, workflow(`${path}/release.yml@refs/tags/v1`));
  await checkSigner(file, place, workflow(`${path}/release.yml@refs/tags/v2`), accept);
  const evil = workflow(`${path}/evil.yml@refs/tags/v2`);
  await expect(checkSigner(file, place, evil, accept)).rejects.toMatchObject({
    code: "SIGNER_CHANGED",
  });
});

test("an accepted signer replaces the old one, and 20 who write at once all stay", async () => {
  const file = await book();
  await rememberSigner(file, place, newKey());
  const next = newKey();
  await rememberSigner(file, place, next);
  await checkSigner(file, place, next, accept);
  const places = Array.from({ length: 20 }, (_, index) => placeOf("Octo", `plugin-${index}`));
  const signers = new Map(places.map((one) => [one, newKey()]));
  await Promise.all(places.map((one) => rememberSigner(file, one, signers.get(one)!)));
  for (const one of places) expect(await knownSigner(file, one)).toEqual(signers.get(one));
  expect(Object.keys(JSON.parse(await readFile(file, "utf8")).signers).length).toBe(21);
});

test("a broken book is not read as an empty one", async () => {
  const file = await book();
  for (const text of [
    "",
    '{"schema":2,"signers":{}}',
    '{"schema":1,"signers":{"a/b":{"kind":"x"}}}',
  ]) {
    await writeFile(file, text);
    await expect(checkSigner(file, place, undefined, accept)).rejects.toMatchObject({
      code: "MALFORMED_FILE",
    });
  }
});
