import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeEntryFile } from "@aomori/aoi-lint";
import type { RegistryEntry } from "@aomori/aoi-lint";
import { afterAll, beforeAll, expect, test } from "vitest";
import { events } from "./run-cli.ts";
import { Desk } from "./run-here.ts";
import { signEntry } from "./sign-entry.ts";

let place: Desk;
let away: Desk;
let entry: RegistryEntry;
let file: string;

beforeAll(async () => {
  [place, away] = [new Desk(), new Desk()];
  entry = await signEntry(away.home, "Tell when the sun rises");
  file = await writeEntryFile(away.home, entry);
});
afterAll(() => {
  place[Symbol.dispose]();
  away[Symbol.dispose]();
});

const pull = (...argv: string[]): ReturnType<Desk["run"]> =>
  place.run(["registry", "pull", ...argv, "--format", "jsonl"]);

test("a pulled entry is found, shown with what its signature is worth, and verified", async () => {
  expect(await place.json(["registry", "search", "sun"])).toEqual([]);
  const plan = await place.json(["registry", "pull", file, "--dry-run"]);
  expect(plan).toMatchObject({ plan: [{ action: "write" }] });
  const pulled = await place.json(["registry", "pull", file]);
  expect(pulled).toMatchObject({ signer: "first", signed_by: entry.signature.key_id });
  const found = await place.json(["registry", "search", "SUN", "rises"]);
  expect(found).toMatchObject([{ name: "sun-table", get: "make install", origin: "own" }]);
  expect(await place.json(["registry", "show", "sun-table"])).toMatchObject(entry);
  const { stdout } = await place.run(["registry", "show", "sun-table", "--format", "table"]);
  expect(stdout).toContain("1 passed, 0 failed, 1 not verified");
  expect(stdout).toContain("not that the tool is good");
  const verified = await place.json(["registry", "verify", "sun-table", "--entry-only"]);
  expect(verified).toMatchObject([
    { name: "sun-table signature", verdict: "passed" },
    { name: "sun-table digest", verdict: "passed" },
    { name: "sun-table tool", verdict: "not_verified", ok: false, severity: "info" },
  ]);
});

test("an unknown name gets the nearest, and no name a usage error", async () => {
  const unknown = await place.run(["registry", "show", "sun-tabel", "--format", "table"]);
  expect(unknown.status).toBe(66);
  expect(unknown.stderr).toContain('Did you mean "sun-table"?');
  expect((await place.run(["registry", "verify", "--format", "table"])).status).toBe(64);
});

test("another key for a known name is refused until it is named", async () => {
  const other = await writeEntryFile(
    join(place.home, "elsewhere"),
    await signEntry(place.home, "Tell it better"),
  );
  const refused = await pull(other);
  expect(refused.status).toBe(73);
  const [, error] = events(refused.stdout);
  expect(error).toMatchObject({ code: "REGISTRY_KEY_CHANGED" });
  const theirs = (error as { details: { key_id: string } }).details.key_id;
  expect(await place.json(["registry", "show", "sun-table"])).toMatchObject({
    summary: "Tell when the sun rises",
  });
  expect((await pull(other, "--trust-key", theirs)).status).toBe(0);
  expect((await pull(file)).status).toBe(73);
  expect((await pull(file, "--trust-key", entry.signature.key_id)).status).toBe(0);
});

test("a changed entry is not pulled, and one changed in place fails its verification", async () => {
  const forged = join(away.home, "forged.json");
  const text = readFileSync(file, "utf8");
  writeFileSync(forged, text.replace("rises", "sets"));
  expect((await pull(forged)).status).toBe(65);
  const own = join(place.home, "registry", "entries");
  writeFileSync(join(own, "sun-table.json"), text.replace("rises", "sets"));
  writeFileSync(join(own, "broken.json"), "{");
  const verified = await place.run(["registry", "verify", "--all", "--entry-only", "-o", "jsonl"]);
  expect(verified.status).toBe(1);
  const checks = events(verified.stdout).filter(({ type }) => type === "aoi:check");
  expect(checks).toContainEqual(
    expect.objectContaining({ name: "sun-table signature", ok: false, severity: "error" }),
  );
  expect(checks[0]).toMatchObject({ name: "file", ok: false });
});

test("a submission is planned without running anything, and asks for what it cannot know", async () => {
  const argv = ["registry", "submit", "--name", "x", "--summary", "y", "--licence", "MIT"];
  const more = ["--homepage", "https://x.example.org/", "--", "no-such-tool", "--limit", "3"];
  const none = await place.run([...argv, ...more]);
  expect(none.status).toBe(64);
  expect(none.stdout).toContain("ORIGIN_MISSING");
  const planned = await place.run([...argv, "--npm", "npm i x", "--dry-run", ...more]);
  expect(JSON.parse(planned.stdout)).toMatchObject({
    plan: [{ action: "lint", target: "no-such-tool --limit 3" }, {}, { action: "write" }],
  });
  const missing = await place.run([...argv, "--npm", "npm i x", ...more]);
  expect(missing.status).toBe(66);
});

test("the signing key is the owner's alone, and an uninstall takes it away", async () => {
  const key = join(place.home, "registry", "signing-key.pem");
  expect(statSync(key).mode & 0o777).toBe(0o600);
  const plan = await place.json(["uninstall", "--dry-run"]);
  expect(JSON.stringify(plan)).toContain(join(place.home, "registry"));
});

test("the schema of an entry is printed", async () => {
  expect(await place.json(["registry", "schema"])).toMatchObject({
    title: "aoi-registry-entry/1",
    type: "object",
  });
});
