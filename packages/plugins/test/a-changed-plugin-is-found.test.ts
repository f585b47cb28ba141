import { chmod, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { getPlugin, linkPlugin, verifyPlugin } from "../src/index.ts";
import { temporaryPlugins } from "./installed-plugins.ts";
import { install, pluginNamed, recordOf, stageProgram } from "./staged-plugin.ts";

const hello = pluginNamed("hello");

test("a plugin that is as it was installed has no deviations", async () => {
  const plugins = await temporaryPlugins();
  await install(plugins, "hello", "1.0.0");
  expect(await verifyPlugin(plugins, hello)).toMatchObject({
    kind: "verified",
    files: 3,
    deviations: [],
  });
});

test("every file that was changed, removed, added or put in another mode is named", async () => {
  const plugins = await temporaryPlugins();
  await install(plugins, "hello", "1.0.0");
  const path = (await getPlugin(plugins, hello))?.path ?? "";
  await writeFile(join(path, "parts/version.txt"), "1.0.1");
  await rm(join(path, "parts/deep"), { recursive: true });
  await mkdir(join(path, "more"));
  await writeFile(join(path, "more/added.sh"), "");
  await symlink("/etc/passwd", join(path, "passwd"));
  await chmod(join(path, "plugin"), 0o4755);
  expect(await verifyPlugin(plugins, hello)).toMatchObject({
    deviations: [
      { path: "more/added.sh", problem: "unexpected", found: "a file" },
      { path: "parts/deep/more.bin", problem: "missing" },
      { path: "parts/version.txt", problem: "changed", found: expect.stringMatching(/^5 bytes/) },
      { path: "passwd", problem: "unexpected", found: "a link" },
      { path: "plugin", problem: "mode_changed", found: "mode 4755" },
    ],
  });
});

test("a file that became a link is changed, even to the same content", async () => {
  const plugins = await temporaryPlugins();
  await install(plugins, "hello", "1.0.0");
  const path = (await getPlugin(plugins, hello))?.path ?? "";
  await rm(join(path, "parts/version.txt"));
  await writeFile(join(plugins.directory, "same"), "1.0.0");
  await symlink(join(plugins.directory, "same"), join(path, "parts/version.txt"));
  expect(await verifyPlugin(plugins, hello)).toMatchObject({
    deviations: expect.arrayContaining([
      { path: "parts/version.txt", problem: "changed", found: "a link" },
    ]),
  });
});

test("what has nothing to be held against says so, and what is not there is not found", async () => {
  const plugins = await temporaryPlugins();
  const developed = (await temporaryPlugins()).directory;
  await stageProgram(developed, "dev");
  const { origin: _, ...record } = recordOf("hello", "dev");
  await linkPlugin(plugins, hello, developed, record, { mode: "install" });
  expect(await verifyPlugin(plugins, hello)).toMatchObject({
    kind: "unrecorded",
    reason: "it is linked to a folder that changes at will",
  });
  await expect(verifyPlugin(plugins, pluginNamed("nobody"))).rejects.toMatchObject({
    code: "PLUGIN_NOT_FOUND",
  });
});
