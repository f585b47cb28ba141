import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { listRuns, replayRun, showRun } from "@aomori/plugins/dispatch";
import { dispatch, spawnHost } from "./dispatching.ts";
import { installPlugin, newFolder } from "./installing.ts";

let plugins: string;
beforeAll(() => {
  plugins = newFolder();
  installPlugin(plugins, {
    name: "says",
    language: "sh",
    source: 'for word; do echo "$word"; done\n',
  });
  installPlugin(plugins, { name: "other", language: "sh", source: "exit 4\n" });
});

async function replayed(id: string, folder = plugins): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of replayRun(folder, id)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe("a run", () => {
  it("is kept with what it was and what it said, readable by its user only", async () => {
    const { text } = await dispatch(plugins, "says", ["a", "--api-key", "hunter2-hunter2"]);
    const { runs } = await listRuns(plugins, { limit: 1 });
    const [run] = runs;
    expect(run).toMatchObject({
      plugin: "says",
      version: "1.0.0",
      argv: ["a", "--api-key", "[redacted]"],
      cwd: process.cwd(),
      status: "succeeded",
      exit_code: 0,
      lines: 3,
      kept_lines: 3,
      commands: 0,
    });
    expect(Date.parse(String(run?.ended_at))).toBeGreaterThanOrEqual(
      Date.parse(String(run?.started_at)),
    );
    expect(await showRun(plugins, String(run?.id))).toEqual(run);
    expect(`{"type":"begin"}\n${await replayed(String(run?.id))}{"type":"end"}\n`).toBe(text);
    const file = join(plugins, ".runs", `${run?.id}.jsonl`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(plugins, ".runs")).mode & 0o777).toBe(0o700);
  });

  it("that failed says how", async () => {
    await dispatch(plugins, "other");
    const { runs } = await listRuns(plugins, { limit: 1 });
    expect(runs).toMatchObject([
      { plugin: "other", status: "failed", exit_code: 4, error_code: "PLUGIN_EXIT" },
    ]);
    expect(await replayed(String(runs[0]?.id))).toBe("");
  });

  it("keeps whole lines up to its cap, and counts the others", async () => {
    const words = Array.from({ length: 50 }, (_, n) => `word ${n}`);
    await dispatch(plugins, "says", words, { limits: { recordBytes: 500 } });
    const { runs } = await listRuns(plugins, { limit: 1 });
    const text = await replayed(String(runs[0]?.id));
    expect(text.length).toBeLessThanOrEqual(500);
    expect(text.endsWith("}\n")).toBe(true);
    expect(runs).toMatchObject([{ lines: 50, kept_lines: text.split("\n").length - 1 }]);
  });

  it("whose host was killed is listed as unfinished, with what it had said", async () => {
    const folder = newFolder();
    installPlugin(folder, { name: "waits", language: "sh", source: "echo started\nsleep 60\n" });
    const host = spawnHost({ plugins: folder }, ["waits"]);
    await new Promise((resolve) => {
      let text = "";
      host.stdout?.on("data", (chunk) => {
        text += String(chunk);
        if (text.includes("started")) resolve(undefined);
      });
    });
    host.kill("SIGKILL");
    const { runs } = await listRuns(folder, { limit: 10 });
    expect(runs).toMatchObject([{ plugin: "waits", status: "unfinished" }]);
    expect(await replayed(String(runs[0]?.id), folder)).toContain('"started"');
  });

  it.each(["run_nowhere", "../x", ""])("%j that is none is not found", async (id) => {
    await expect(showRun(plugins, id)).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
  });

  it("that cannot be recorded is run all the same, and it is said", async () => {
    const folder = newFolder();
    installPlugin(folder, { name: "says", language: "sh", source: "echo out\n" });
    writeFileSync(join(folder, ".runs"), "a file where the folder should be");
    const { status, lines } = await dispatch(folder, "says");
    expect(status).toBe(0);
    expect(lines).toMatchObject([
      { type: "begin" },
      { value: "out" },
      {
        level: "warn",
        fatal: false,
        message: expect.stringContaining("this run was not recorded"),
      },
      { type: "end" },
    ]);
  });
});

describe("the list", () => {
  let folder: string;
  beforeAll(async () => {
    folder = newFolder();
    installPlugin(folder, { name: "one", language: "sh", source: "" });
    installPlugin(folder, { name: "two", language: "sh", source: "" });
    for (let n = 0; n < 9; n += 1) {
      await dispatch(folder, n % 3 === 0 ? "two" : "one", [String(n)], {
        limits: { recordedRuns: 8 },
      });
    }
  });

  async function pages(
    limit: number,
    plugin?: string,
    between?: () => Promise<unknown>,
  ): Promise<string[]> {
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listRuns(folder, {
        limit,
        ...(cursor === undefined ? {} : { cursor }),
        ...(plugin === undefined ? {} : { plugin }),
      });
      found.push(...page.runs.map(({ argv }) => String(argv[0])));
      cursor = page.next_cursor;
      await between?.();
    } while (cursor !== undefined);
    return found;
  }

  it("is newest first, and forgets the oldest", async () => {
    expect(readdirSync(join(folder, ".runs"))).toHaveLength(8);
    expect(await pages(100)).toEqual(["8", "7", "6", "5", "4", "3", "2", "1"]);
    expect(await pages(100, "two")).toEqual(["6", "3"]);
  });

  it("pages concatenate to the whole, whatever their size", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(undefined, "one"),
        async (limit, plugin) => {
          expect(await pages(limit, plugin)).toEqual(await pages(100, plugin));
        },
      ),
      { numRuns: 15 },
    );
  });

  it("pages hold though runs begin meanwhile", async () => {
    const whole = await pages(100);
    expect(await pages(3, undefined, () => dispatch(folder, "one", ["new"]))).toEqual(whole);
  });

  it("refuses a cursor that is none", async () => {
    await expect(listRuns(folder, { limit: 1, cursor: "../x" })).rejects.toMatchObject({
      code: "INVALID_CURSOR",
    });
  });

  it("of no runs is empty", async () => {
    expect(await listRuns(newFolder(), { limit: 5 })).toEqual({ runs: [], total: 0 });
  });

  it("leaves out a record that says nothing", async () => {
    const broken = newFolder();
    mkdirSync(join(broken, ".runs"));
    writeFileSync(join(broken, ".runs", "run_0.jsonl"), "");
    writeFileSync(join(broken, ".runs", "run_1.jsonl"), '{"type":"run.star');
    expect((await listRuns(broken, { limit: 5 })).runs).toEqual([]);
  });
});
