import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { key, startTestServer } from "../../../server/test/test-server.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../../../", import.meta.url));
const bin = (name: string): string => join(root, "node_modules", ".bin", name);
const packages = ["protocol", "operation", "contract", "sdk"];
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aomori-packed-"));
  const tarballs = join(folder, "tarballs");
  const app = join(folder, "app");
  await mkdir(tarballs);
  await mkdir(app);
  await run(bin("tsc"), ["-b", ...packages.map((name) => `packages/${name}`)], { cwd: root });
  const workspaces = packages.flatMap((name) => ["-w", `packages/${name}`]);
  await run("npm", ["pack", "--silent", "--pack-destination", tarballs, ...workspaces], {
    cwd: root,
  });
  const files = (await readdir(tarballs)).map((name) => join(tarballs, name));
  expect(files).toHaveLength(packages.length);
  await writeFile(join(app, "package.json"), JSON.stringify({ name: "app", type: "module" }));
  const flags = ["--prefer-offline", "--no-audit", "--no-fund", "--silent"];
  await run("npm", ["install", ...flags, ...files], { cwd: app });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const script = `
import { Client, isAomoriError } from "@aomori/sdk";
import { createNodeTransport } from "@aomori/sdk/node";
import { send } from "@aomori/sdk/wire";
const [baseUrl, apiKey] = process.argv.slice(2);
const client = new Client({ baseUrl, apiKey, transport: createNodeTransport() });
const spec = await client.specs.create({ title: "packed", description: "d", repo: "/r" });
const titles = [];
for await (const item of client.specs.list()) titles.push(item.title);
const events = [];
for await (const event of client.events.stream({ follow: false })) events.push(event.type);
const missing = await client.specs.get("spec_0000000000").catch((error) => error);
const operation = { id: "system.health", http: { method: "GET", path: "/api/health" }, effects: { readOnly: true } };
const health = await send({ baseUrl, transport: createNodeTransport() }, { operation, input: {} });
console.log(JSON.stringify({
  titles, events, created: spec.createdBy, status: health.status,
  missing: isAomoriError(missing, "SPEC_NOT_FOUND"),
}));
`;

it("runs from its tarballs against a server", async () => {
  const app = join(folder, "app");
  await writeFile(join(app, "run.js"), script);
  await using test = await startTestServer();
  const { stdout } = await run(process.execPath, ["run.js", test.url, key], {
    cwd: app,
    env: { PATH: process.env["PATH"] ?? "" },
  });
  expect(JSON.parse(stdout)).toEqual({
    titles: ["packed"],
    events: ["spec.created"],
    created: "full",
    status: "ready",
    missing: true,
  });
});

const sample = `
import { Client } from "@aomori/sdk";
import type { Listing } from "@aomori/sdk";
import { createNodeTransport } from "@aomori/sdk/node";
import { streamWire } from "@aomori/sdk/wire";
import type { SpecResource } from "@aomori/contract";
const client = new Client({ baseUrl: "http://127.0.0.1:1", transport: createNodeTransport() });
export const list: Listing<SpecResource> = client.specs.list({ status: "running", limit: 5 });
export const spec: Promise<SpecResource> = client.specs.create({ title: "t", description: "d", repo: "/r" });
export const plan = client.specs.cancel("spec_0123456789", {}, { dryRun: true });
export const actions: Promise<string[]> = plan.then(({ actions }) => actions.map(({ action }) => action));
client.events.subscribe("task.completed", ({ data }) => data.filesChanged.toFixed());
export const raw: typeof streamWire = streamWire;
// @ts-expect-error an id has its prefix
export const wrong = client.specs.get("TSK-001");
// @ts-expect-error a limit is a number
export const limit = client.tasks.list({ limit: "5" });
`;

it("gives its types to a strict program without Node's", async () => {
  const app = join(folder, "app");
  await writeFile(join(app, "sample.ts"), sample);
  const flags = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--types", ""];
  const target = ["--target", "es2022", "--module", "nodenext"];
  const lib = ["--lib", "es2022,esnext.disposable,dom,dom.asynciterable"];
  const { stdout } = await run(bin("tsc"), [...flags, ...target, ...lib, "sample.ts"], {
    cwd: app,
  }).catch((error: unknown) => error as { stdout: string });
  expect(stdout).toBe("");
});
