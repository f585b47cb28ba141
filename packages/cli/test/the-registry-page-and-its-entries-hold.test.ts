import { createPublicKey } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { listEntries, verifyEntry } from "@aomori/aoi-lint";
import { expect, test } from "vitest";
import { Desk } from "./run-here.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const page = readFileSync(`${root}docs/registry.md`, "utf8");

/** The words of a line of the page: plain ones and ones in double quotes. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

test("every command of the registry's page does what it says", async () => {
  const blocks = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block ?? "");
  const lines = blocks.flatMap((block) => block.trim().split("\n"));
  expect(lines.length).toBeGreaterThan(6);
  using place = new Desk();
  for (const line of lines) {
    const [program, ...argv] = words(line.replaceAll(" registry/", ` ${root}registry/`));
    expect(program).toBe("aomori");
    const { status, stdout, stderr } = await place.run(argv);
    expect({ line, status, stderr }).toEqual({ line, status: 0, stderr: "" });
    expect(JSON.parse(stdout), line).not.toEqual([]);
  }
});

test("every shipped entry holds in itself, and the first are there", async () => {
  const shippedDirectory = `${root}registry`;
  const { entries, faults } = await listEntries({ shippedDirectory, ownDirectory: "/nowhere" });
  expect(faults).toEqual([]);
  expect(readdirSync(shippedDirectory).filter((name) => name.endsWith(".json"))).toHaveLength(
    entries.length,
  );
  expect(entries.map(({ entry }) => entry.name)).toEqual(
    expect.arrayContaining(["aoi-lint", "aomori", "machinemode"]),
  );
  const signal = new AbortController().signal;
  for (const { entry } of entries) {
    const checks = verifyEntry(entry, { cwd: "/", env: {}, signal, lint: undefined });
    for await (const { name, verdict, severity } of checks) {
      expect({ name, verdict, severity }).not.toMatchObject({ verdict: "failed" });
    }
    expect(entry.report.counts.failed).toBe(0);
  }
});

/** The first word of what was linted: everything else in the registry is somebody else's, and by their key. */
const ourTools = ["aomori", "aoi-lint", "machinemode"];

test("every entry of a tool of ours is signed by the key whose public half is in the registry", async () => {
  const shippedDirectory = `${root}registry`;
  const { x } = createPublicKey(readFileSync(`${shippedDirectory}/maintainers.pem`)).export({
    format: "jwk",
  });
  const { entries } = await listEntries({ shippedDirectory, ownDirectory: "/nowhere" });
  const ours = entries.filter(({ entry }) => ourTools.includes(entry.command[0] ?? ""));
  expect(ours.length).toBeGreaterThan(2);
  for (const { entry } of ours)
    expect([entry.name, entry.signature.public_key]).toEqual([entry.name, x]);
});

test("no private key is in the registry", () => {
  for (const name of readdirSync(`${root}registry`))
    expect(readFileSync(`${root}registry/${name}`, "utf8"), name).not.toContain("PRIVATE KEY");
});
