import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseMinisignKey, verifyMinisign } from "@aomori/plugins";
import { expect, test } from "vitest";
import { minisignSigner } from "./integrity/minisign-signer.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const content = Buffer.alloc(100_000, "what is signed ");
const hasMinisign = spawnSync("minisign", ["-v"]).error === undefined;
if (!hasMinisign) console.warn("minisign is not installed: its files are NOT verified here");

function minisign(directory: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync("minisign", args, {
    cwd: directory,
    encoding: "utf8",
  });
  expect(stderr + stdout + String(status)).toMatch(/0$/);
  return stdout;
}

async function fileWith(bytes: Uint8Array): Promise<{ directory: string; file: string }> {
  const directory = await temporaryDirectory();
  const file = join(directory, "hello.bin");
  await writeFile(file, bytes);
  return { directory, file };
}

test.skipIf(!hasMinisign).each([
  ["prehashed", []],
  ["legacy", ["-l"]],
])("what minisign signs is accepted: %s", async (_form, flags) => {
  const { directory, file } = await fileWith(content);
  minisign(directory, "-G", "-W", "-p", "minisign.pub", "-s", "secret.key");
  const comment = "release 1.0.0 of hello";
  minisign(directory, "-S", ...flags, "-s", "secret.key", "-t", comment, "-m", "hello.bin");
  const keyFile = await readFile(join(directory, "minisign.pub"), "utf8");
  const key = parseMinisignKey(keyFile, "minisign.pub");
  const [, shownId] = /public key ([0-9A-F]+)/.exec(keyFile)!;
  expect(key.signer.key_id).toBe(shownId!.padStart(16, "0"));
  const signature = await readFile(`${file}.minisig`, "utf8");
  expect(await verifyMinisign(file, signature, key, "x.minisig")).toBe(comment);
  await writeFile(file, Buffer.concat([content, Buffer.from("!")]));
  await expect(verifyMinisign(file, signature, key, "x.minisig")).rejects.toMatchObject({
    code: "SIGNATURE_INVALID",
  });
});

test.skipIf(!hasMinisign).each([true, false])(
  "what the tests sign, minisign accepts too (legacy: %s)",
  async (legacy) => {
    const { directory, file } = await fileWith(content);
    const signer = minisignSigner();
    await writeFile(`${file}.minisig`, signer.sign(content, { legacy }));
    const said = minisign(directory, "-V", "-P", signer.publicKey, "-m", "hello.bin");
    expect(said).toContain("verified");
  },
);

const tampered: readonly (readonly [string, (text: string) => string])[] = [
  ["another trusted comment", (text) => text.replace("timestamp:1", "timestamp:2")],
  [
    "the signature of something else",
    (text) => replaceLine(text, 1, minisignSigner().sign(content)),
  ],
  ["another global signature", (text) => replaceLine(text, 3, minisignSigner().sign(content))],
  ["a line too many", (text) => `${text}more\n`],
  ["a line too few", (text) => text.split("\n").slice(0, 3).join("\n")],
  ["no comment first", (text) => text.replace("untrusted comment", "comment")],
  ["no base64", (text) => text.replaceAll("=", "!")],
  ["nothing", () => ""],
  ["an unknown algorithm", (text) => text.replace(/\nRU/, "\nRV")],
  ["legacy said, prehashed meant", (text) => text.replace(/\nRU/, "\nRW")],
];

function replaceLine(text: string, index: number, other: string): string {
  const lines = text.split("\n");
  lines[index] = other.split("\n")[index] ?? "";
  return lines.join("\n");
}

test.each(tampered)("a signature with %s is refused", async (_what, change) => {
  const { file } = await fileWith(content);
  const signer = minisignSigner();
  const key = parseMinisignKey(signer.publicKeyFile, "key");
  const signature = signer.sign(content);
  await verifyMinisign(file, signature, key, "x.minisig");
  const changed = change(signature);
  expect(changed).not.toBe(signature);
  await expect(verifyMinisign(file, changed, key, "x.minisig")).rejects.toMatchObject({
    code: "SIGNATURE_INVALID",
    message: expect.stringContaining("x.minisig"),
  });
});

test.each(["", "no key", "RWQ=", `a\nb\n${minisignSigner().publicKey}`])(
  "a key that is none is refused: %j",
  (text) => {
    expect(() => parseMinisignKey(text, "minisign.pub")).toThrow(
      expect.objectContaining({ code: "PUBLIC_KEY_INVALID" }),
    );
  },
);
