import { homeLayout } from "@aomori/system";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startServer } from "../src/index.ts";
import type { RunningServer } from "../src/index.ts";

let home: string;
const start = (): Promise<RunningServer> =>
  startServer({
    layout: homeLayout({ AOMORI_HOME: home }),
    port: 0,
    version: "0.1.0",
    log: () => undefined,
  });

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "aomori-port-"));
});
afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

test("a server that is started again takes its port again, or a free one where another program has it", async () => {
  const first = await start();
  await first.drain();
  const second = await start();
  expect(second.port).toBe(first.port);
  await second.drain();

  const other = createServer();
  await new Promise<void>((resolve) => other.listen(first.port, "127.0.0.1", resolve));
  const third = await start();
  expect(third.port).not.toBe((other.address() as AddressInfo).port);
  expect((await fetch(`${third.url}/api/health`)).status).toBe(200);
  await third.drain();
  await new Promise((resolve) => other.close(resolve));
});
