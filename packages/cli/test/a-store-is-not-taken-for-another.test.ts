import { ensureHome, homeLayout, identifySelf, writeServerInfo } from "@aomori/system";
import { expect, test } from "vitest";
import { Desk } from "./run-here.ts";

const password = "hunter2";
const wanted = `postgres://ada:${password}@db.example.org/aomori?sslmode=require`;

test("a database that the running server does not work on is refused by name, without its password", async () => {
  using desk = new Desk();
  const layout = homeLayout({ AOMORI_HOME: desk.home });
  await ensureHome(layout);
  const runningOn = async (database: string | null) =>
    writeServerInfo(layout.serverInfoFile, {
      ...(await identifySelf()),
      startedAt: new Date(0).toISOString(),
      port: 9,
      version: "0.1.0",
      database,
    });
  const env = { AOMORI_DATABASE_URL: wanted };
  for (const argv of [
    ["task", "list"],
    ["server", "start"],
  ]) {
    for (const database of [null, "postgres://ada@elsewhere/aomori"]) {
      await runningOn(database);
      const { status, stdout, stderr } = await desk.run([...argv, "--format", "table"], { env });
      expect(status).toBe(73);
      expect(stderr).toContain("(SERVER_ON_OTHER_DATABASE)");
      expect(stderr).toContain("postgres://ada@db.example.org/aomori,");
      expect(stderr).toContain(database ?? "the store in its home");
      expect(stderr).toContain("aomori server stop");
      expect(stdout + stderr).not.toContain(password);
    }
  }
  await runningOn("postgres://ada@db.example.org/aomori");
  const same = await desk.run(["task", "list", "--format", "table"], { env });
  expect(same.stderr, "nothing answers on that port").not.toContain("SERVER_ON_OTHER_DATABASE");
});
