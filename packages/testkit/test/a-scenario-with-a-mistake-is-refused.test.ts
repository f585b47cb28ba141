import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { demoScenarioUrl, loadScenario, parseScenario, startModelServer } from "../src/index.ts";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "aomori-scenario-"));
});
afterAll(() => rm(dir, { recursive: true }));

test.each<[string, unknown, RegExp]>([
  ["no name", {}, /name/],
  ["a misspelt field", { name: "x", task: [] }, /task/],
  [
    "an unknown tool",
    {
      name: "x",
      tasks: [{ title: "T", implementation: [{ calls: [{ tool: "fly", input: {} }], text: "t" }] }],
    },
    /tasks\[0\]\.implementation\[0\]\.calls/,
  ],
  [
    "a task without title",
    { name: "x", tasks: [{ implementation: [{ text: "t" }] }] },
    /tasks\[0\]\.title/,
  ],
  [
    "an artefact and a text",
    { name: "x", phases: { PRD: [{ artefact: {}, text: "" }] } },
    /exactly one of artefact and text/,
  ],
  ["a phase nobody asks for", { name: "x", phases: { SYNC: [{ artefact: {} }] } }, /SYNC/],
  [
    "a verdict and a condition",
    {
      name: "x",
      default_validation: { verdict: "accepted", accept_if_result_matches: "x", reasons: ["r"] },
    },
    /exactly one of verdict/,
  ],
  [
    "a broken pattern",
    { name: "x", default_validation: { accept_if_result_matches: "(", reasons: ["r"] } },
    /regular expression/,
  ],
  ["a delay the wrong way round", { name: "x", delay_ms: [5, 1] }, /delay_ms/],
])("%s", (_name, value, message) => {
  expect(() => parseScenario(value, "mine.json")).toThrow(
    expect.objectContaining({
      name: "UserError",
      code: "SCENARIO_INVALID",
      category: "validation",
      message: expect.stringMatching(message),
    }),
  );
});

test("a file that is missing or no JSON is named", async () => {
  const missing = join(dir, "none.json");
  await expect(loadScenario(missing)).rejects.toMatchObject({
    code: "SCENARIO_UNREADABLE",
    category: "io",
    message: expect.stringContaining(missing),
  });
  const broken = join(dir, "broken.json");
  await writeFile(broken, "{");
  await expect(loadScenario(broken)).rejects.toMatchObject({
    code: "SCENARIO_INVALID",
    message: expect.stringContaining("not JSON"),
  });
});

test("a port in use is refused with what to do", async () => {
  const scenario = parseScenario({ name: "x" }, "x");
  await using first = await startModelServer({ scenario });
  await expect(startModelServer({ scenario, port: first.port })).rejects.toMatchObject({
    code: "MODEL_SERVER_PORT",
    category: "conflict",
    message: expect.stringContaining(String(first.port)),
  });
});

test("an aborted signal closes the server", async () => {
  const stopping = new AbortController();
  const scenario = parseScenario({ name: "x" }, "x");
  const server = await startModelServer({ scenario, signal: stopping.signal });
  expect((await fetch(server.url)).status).toBe(200);
  stopping.abort();
  await server.close();
  await expect(fetch(server.url)).rejects.toThrow();
});

const serveFile = fileURLToPath(new URL("../src/serve.ts", import.meta.url));

function startServe(...args: string[]): ReturnType<typeof spawn> {
  return spawn(process.execPath, ["--conditions=aomori-source", serveFile, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
}

test("the command serves a scenario file until it is told to stop", async () => {
  const child = startServe("--scenario", fileURLToPath(demoScenarioUrl));
  const [line] = (await once(child.stdout!, "data")) as [Buffer];
  const { url } = JSON.parse(line.toString()) as { url: string };
  expect(await (await fetch(url)).text()).toContain("demo");
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
});

test("the command refuses bad arguments with its usage and exit status", async () => {
  for (const args of [[], ["--scenario", "x", "--port", "many"], ["--fly"]]) {
    const child = startServe(...args);
    const said: Buffer[] = [];
    child.stderr!.on("data", (chunk: Buffer) => said.push(chunk));
    expect(await once(child, "close")).toEqual([64, null]);
    expect(Buffer.concat(said).toString()).toContain("--scenario FILE");
  }
});
