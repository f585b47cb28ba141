import { chmod, readFile, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import {
  identifySelf,
  openLogFile,
  readCredentials,
  readJsonFile,
  readServerInfo,
  removeServerInfo,
  setCredential,
  writeFileAtomic,
  writeServerInfo,
} from "@aomori/system";

import { temporaryDirectory } from "./temporary-directory.ts";

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

test("an atomic write has the mode asked for and leaves no temporary file", async () => {
  const directory = await temporaryDirectory();
  const path = join(directory, "file");
  const before = process.umask(0o022);
  try {
    await writeFileAtomic(path, "one", { mode: 0o600 });
    expect(await modeOf(path)).toBe(0o600);
    await writeFileAtomic(path, "two", { mode: 0o666 });
    expect(await modeOf(path)).toBe(0o666);
  } finally {
    process.umask(before);
  }
  expect(await readFile(path, "utf8")).toBe("two");
  expect(await readdir(directory)).toEqual(["file"]);
});

test("a failed write keeps what was there and says why", async () => {
  const directory = await temporaryDirectory();
  await expect(writeFileAtomic(join(directory, "no/file"), "x")).rejects.toMatchObject({
    category: "io",
  });
  await expect(writeFileAtomic(directory, "x")).rejects.toMatchObject({ category: "io" });
  expect(await readdir(directory)).toEqual([]);
});

test("JSON that is missing is undefined, JSON that is broken is an error", async () => {
  const path = join(await temporaryDirectory(), "a.json");
  expect(await readJsonFile(path)).toBeUndefined();
  await writeFile(path, '{"a":');
  await expect(readJsonFile(path)).rejects.toMatchObject({ code: "MALFORMED_FILE" });
});

test("credentials are for the owner's eyes", async () => {
  const path = join(await temporaryDirectory(), "credentials");
  expect(await readCredentials(path)).toEqual({});
  await setCredential(path, "anthropic_api_key", "k1");
  await setCredential(path, "openai.key", 'k"2');
  expect(await modeOf(path)).toBe(0o600);
  expect(await readCredentials(path)).toEqual({ anthropic_api_key: "k1", "openai.key": 'k"2' });
  await setCredential(path, "anthropic_api_key", undefined);
  expect(await readCredentials(path)).toEqual({ "openai.key": 'k"2' });
  await chmod(path, 0o640);
  await expect(readCredentials(path)).rejects.toMatchObject({ code: "CREDENTIALS_TOO_OPEN" });
  await expect(setCredential(path, "a", "b")).rejects.toMatchObject({
    message: expect.stringContaining("chmod 600") as string,
  });
});

test("the server's file is believed while that server lives", async () => {
  const path = join(await temporaryDirectory(), "server.json");
  const self = await identifySelf();
  const info = { ...self, startedAt: "2026-01-01T00:00:00.000Z", port: 4123, version: "0.1.0" };
  expect(await readServerInfo(path)).toBeUndefined();
  await writeServerInfo(path, info);
  expect(await readServerInfo(path)).toEqual(info);
  await removeServerInfo(path, { ...self, startTime: "other" });
  expect(await readServerInfo(path)).toEqual(info);
  await writeServerInfo(path, { ...info, startTime: "before the reboot" });
  expect(await readServerInfo(path)).toBeUndefined();
  await writeFile(path, "{}");
  await expect(readServerInfo(path)).rejects.toMatchObject({ code: "MALFORMED_FILE" });
});

test("a log keeps to its cap, keeps its order and loses nothing while it is kept", async () => {
  const directory = await temporaryDirectory();
  const path = join(directory, "logs", "server.log");
  const lines = Array.from(
    { length: 100 },
    (_, index) => `line ${String(index).padStart(3, "0")}\n`,
  );
  {
    await using log = await openLogFile(path, { maxSizeBytes: 200, keepFiles: 3 });
    await Promise.all(lines.map((line) => log.write(line)));
  }
  const names = (await readdir(join(directory, "logs"))).sort();
  expect(names).toEqual(["server.log", "server.log.1", "server.log.2", "server.log.3"]);
  const kept = await Promise.all(
    ["server.log.3", "server.log.2", "server.log.1", "server.log"].map((name) =>
      readFile(join(directory, "logs", name), "utf8"),
    ),
  );
  for (const text of kept) expect(text.length).toBeLessThanOrEqual(200);
  expect(lines.join("").endsWith(kept.join(""))).toBe(true);
  await using again = await openLogFile(path, { maxSizeBytes: 200, keepFiles: 3 });
  await again.write("more\n");
  expect(await readFile(path, "utf8")).toBe(`${kept[3]}more\n`);
});
