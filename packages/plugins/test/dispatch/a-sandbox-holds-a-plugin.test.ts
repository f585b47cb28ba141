import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { findSandbox } from "@aomori/plugins/dispatch";
import type { SandboxChoice } from "@aomori/plugins/dispatch";
import { dispatch, inner } from "./dispatching.ts";
import { installPlugin, newFolder } from "./installing.ts";

const available = typeof findSandbox(process.env) !== "string";

/** Tries what it should not be able to do, and says how far it came. */
const source = `import { existsSync, readFileSync, writeFileSync, readdirSync } from "node:fs";
import { connect } from "node:net";
const attempt = (action) => { try { return action(); } catch (error) { return error.code; } };
const [canary, private_, project, port] = process.argv.slice(2);
const connected = await new Promise((resolve) => {
  const socket = connect(Number(port), "127.0.0.1", () => { socket.destroy(); resolve("connected"); });
  socket.on("error", (error) => resolve(error.code));
});
console.log(JSON.stringify({ type: "notification",
  canary: attempt(() => readFileSync(canary, "utf8")),
  private: attempt(() => readFileSync(private_, "utf8")),
  project: attempt(() => readFileSync(project, "utf8")),
  writesProject: attempt(() => writeFileSync(project, "changed")),
  writesRoot: attempt(() => writeFileSync("/usr/canary", "x")),
  state: attempt(() => { writeFileSync(process.env.AOMORI_PLUGIN_STATE_DIR + "/kept", "x"); return "written"; }),
  cache: attempt(() => { writeFileSync(process.env.AOMORI_PLUGIN_CACHE_DIR + "/kept", "x"); return "written"; }),
  processes: readdirSync("/proc").filter((name) => /^[0-9]+$/.test(name)).length,
  variable: process.env.CANARY ?? "unset",
  cwd: process.cwd(),
  connected,
}));
`;

let home: string;
let plugins: string;
let project: string;
let paths: string[];
beforeAll(() => {
  home = newFolder();
  plugins = join(home, ".aomori", "plugins");
  project = join(home, "project");
  mkdirSync(project);
  mkdirSync(plugins, { recursive: true });
  writeFileSync(join(home, "canary"), "seen");
  writeFileSync(join(home, ".aomori", "credentials"), "seen");
  writeFileSync(join(project, "file"), "seen");
  installPlugin(plugins, { name: "spy", language: "node", source });
  installPlugin(plugins, { name: "client", language: "node", source, hosts: ["example.org"] });
  paths = [join(home, "canary"), join(home, ".aomori", "credentials"), join(project, "file")];
});

async function spying(name: string, sandbox: SandboxChoice, cwd = project) {
  const server = createServer((socket) => socket.end()).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const { status, lines } = await dispatch(plugins, name, [...paths, String(port)], {
    sandbox,
    cwd,
    env: { ...process.env, HOME: home, CANARY: "seen" },
    privateDirectories: [join(home, ".aomori")],
  });
  await new Promise((resolve) => server.close(resolve));
  expect(status).toBe(0);
  return inner(lines)[0]?.["value"] as Record<string, unknown>;
}

describe.skipIf(!available)("in the sandbox", () => {
  it.each(["auto", "require"] as const)(
    "(%s) a plugin sees neither home nor network, and writes only what is its own",
    async (choice) => {
      const found = await spying("spy", choice);
      expect(found).toMatchObject({
        canary: "ENOENT",
        private: "ENOENT",
        project: "seen",
        writesProject: "EROFS",
        writesRoot: "EROFS",
        state: "written",
        cache: "written",
        variable: "unset",
        cwd: project,
        connected: "ECONNREFUSED",
      });
      expect(found["processes"]).toBeLessThan(5);
    },
  );

  it("a plugin that declares hosts has the network", async () => {
    expect(await spying("client", "require")).toMatchObject({
      connected: "connected",
      canary: "ENOENT",
    });
  });

  it.each([
    ["the home", () => home],
    ["a folder above it", () => "/"],
    ["AOMORI_HOME", () => plugins],
  ])("a run from %s starts in the plugin's own folder instead", async (_about, cwd) => {
    const found = await spying("spy", "require", cwd());
    expect(found).toMatchObject({
      canary: "ENOENT",
      private: "ENOENT",
      cwd: join(plugins, "spy", "state"),
    });
  });

  it.each(["sh", "python"] as const)("a script for %s runs", async (language) => {
    const say = language === "sh" ? "echo there\n" : 'print("there")\n';
    installPlugin(plugins, { name: `script-${language}`, language, source: say });
    const { status, lines } = await dispatch(plugins, `script-${language}`, [], {
      sandbox: "require",
    });
    expect([status, inner(lines)]).toEqual([0, [{ type: "notification", value: "there" }]]);
  });

  it("passes status and signals through", async () => {
    installPlugin(plugins, { name: "fails", language: "sh", source: "exit 9\n" });
    expect((await dispatch(plugins, "fails", [], { sandbox: "require" })).status).toBe(9);
    installPlugin(plugins, { name: "dies", language: "sh", source: "kill -KILL $$\n" });
    expect((await dispatch(plugins, "dies", [], { sandbox: "require" })).status).toBe(137);
  });
});

describe("without a sandbox", () => {
  it("the canary's file is seen, its variable is not", async () => {
    expect(await spying("spy", "none")).toMatchObject({
      canary: "seen",
      variable: "unset",
      connected: "connected",
    });
  });

  it("a plugin that requires one is not run", async () => {
    const env = { ...process.env, PATH: "/nowhere" };
    const { status, lines } = await dispatch(plugins, "spy", [], { sandbox: "require", env });
    expect(status).toBe(78);
    expect(inner(lines)).toMatchObject([{ fatal: true, code: "SANDBOX_UNAVAILABLE" }]);
  });
});
