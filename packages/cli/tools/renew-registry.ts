/** `renew-registry.ts KEY.pem [NAME…]`: lints our own tools again and signs their entries in registry/ with the maintainers' key. */
import { createPublicKey } from "node:crypto";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  lintForRegistry,
  listEntries,
  makeEntry,
  openSigningKey,
  writeEntryFile,
} from "@aomori/aoi-lint";
import { makeToolPlace } from "../test/tool-place.ts";

const [keyFile, ...names] = process.argv.slice(2);
if (keyFile === undefined)
  throw new Error("name the private key's file; one that is absent is made");
const shippedDirectory = fileURLToPath(new URL("../../../registry", import.meta.url));
const key = await openSigningKey(keyFile);
const publicKey = createPublicKey(key).export({ type: "spki", format: "pem" });
writeFileSync(`${shippedDirectory}/maintainers.pem`, publicKey);
using place = makeToolPlace();
const { entries } = await listEntries({ shippedDirectory, ownDirectory: "/nowhere" });
for (const { entry } of entries) {
  if (names.length > 0 && !names.includes(entry.name)) continue;
  const { name, summary, homepage, licence, get, command, capabilities, report } = entry;
  const told = capabilities["commands"];
  const renewed = await makeEntry(
    command,
    { name, summary, ...(homepage === undefined ? {} : { homepage }), licence, get },
    {
      profile: report.profile,
      lint: lintForRegistry,
      privateKey: async () => key,
      now: new Date(),
      commandOnly: Array.isArray(told) && told.length === 1,
      cwd: place.folder,
      env: place.env,
      signal: new AbortController().signal,
    },
  );
  await writeEntryFile(shippedDirectory, renewed);
  console.log(`${name}: ${JSON.stringify(renewed.report.counts)}, ${renewed.signature.key_id}`);
}
