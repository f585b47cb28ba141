import { mkdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import * as fc from "fast-check";
import { expect, test } from "vitest";

import { containedPath, ensureHome, homeLayout } from "@aomori/system";

import { temporaryDirectory } from "./temporary-directory.ts";

test("paths inside resolve, existing or not, through links that stay inside", async () => {
  const root = await temporaryDirectory();
  await mkdir(join(root, "src"));
  await symlink("src", join(root, "link"));
  expect(await containedPath(root, "src/new/file.ts")).toBe(join(root, "src/new/file.ts"));
  expect(await containedPath(root, "link/a.ts")).toBe(join(root, "src/a.ts"));
  expect(await containedPath(root, ".")).toBe(root);
  expect(await containedPath(root, "..hidden/...")).toBe(join(root, "..hidden/..."));
});

test("every way out is refused", async () => {
  const outside = await temporaryDirectory();
  const root = join(outside, "root");
  await mkdir(root);
  await mkdir(join(outside, "root-sibling"));
  await writeFile(join(outside, "secret"), "s");
  await symlink(outside, join(root, "up"));
  await symlink("../root-sibling", join(root, "sibling"));
  await symlink("../not-there", join(root, "dangling"));
  await symlink("loop", join(root, "loop"));
  const ways = ["../secret", "a/../../secret", "/etc/passwd", "up/secret", "sibling/x", "a\0b"];
  for (const way of [...ways, "dangling", "dangling/x", "loop/x", "up/new/file", ".."]) {
    await expect(containedPath(root, way), way).rejects.toMatchObject({
      code: "PATH_NOT_CONTAINED",
    });
  }
});

test("whatever the text, a path is inside the root or refused", async () => {
  const root = await temporaryDirectory();
  const part = fc.constantFrom("..", ".", "", "a", "b c", "~", "\0", "\\", "..\\..", "%2e%2e", "é");
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 5 }), async (parts) => {
      const answer = await containedPath(root, parts.join("/")).catch((error: unknown) => error);
      if (typeof answer === "string") expect(`${answer}/`.startsWith(`${root}/`)).toBe(true);
      else expect(answer).toMatchObject({ code: "PATH_NOT_CONTAINED" });
    }),
  );
});

test("the home is where the variables say", () => {
  const plain = homeLayout({ HOME: "/home/u" });
  expect(plain.home).toBe("/home/u/.aomori");
  expect(plain.configFile).toBe("/home/u/.config/aomori/config.toml");
  expect(homeLayout({ HOME: "/home/u", XDG_CONFIG_HOME: "/x" }).credentialsFile).toBe(
    "/x/aomori/credentials",
  );
  const given = homeLayout({ AOMORI_HOME: "/data", XDG_CONFIG_HOME: "/x" });
  expect(given.configFile).toBe("/data/config.toml");
  expect(given.credentialsFile).toBe("/data/credentials");
  expect(given.serverInfoFile).toBe("/data/run/server.json");
  expect(() => homeLayout({})).toThrow(expect.objectContaining({ code: "HOME_NOT_SET" }));
  expect(() => homeLayout({ AOMORI_HOME: "rel" })).toThrow(
    expect.objectContaining({ code: "PATH_NOT_ABSOLUTE" }),
  );
});

test("the run directory is closed to others, also when it was open before", async () => {
  const home = join(await temporaryDirectory(), "home");
  const layout = homeLayout({ AOMORI_HOME: home });
  await mkdir(layout.runDirectory, { recursive: true, mode: 0o755 });
  await Promise.all([ensureHome(layout), ensureHome(layout)]);
  expect((await stat(layout.runDirectory)).mode & 0o777).toBe(0o700);
});
