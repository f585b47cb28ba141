import { homeLayout } from "@aomori/system";
import { fileURLToPath } from "node:url";
import type { Benchmark } from "../benchmark.ts";
import { figure } from "../figure.ts";
import { temporaryDirectory } from "../measuring/temporary-directory.ts";
import { untilLine } from "../measuring/until-line.ts";
import { RunningServer, serverCommand } from "./running-server.ts";

const pgliteFile = fileURLToPath(new URL("./pglite-process.ts", import.meta.url));
const floorFlags = ["--liftoff-only", "--no-warnings"];

/** From the start of the process to the first answer that reads the store, on a new home and on one that is there. */
export const serverStart: Benchmark = {
  ids: ["server-first-start", "server-reopen"],
  async run({ quick, tell }) {
    const rounds = quick ? 2 : 9;
    const first: number[] = [];
    const reopen: number[] = [];
    const floor: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await using home = await temporaryDirectory();
      first.push(await startMs(home.path));
      reopen.push(await startMs(home.path));
      const { databaseDirectory } = homeLayout({ AOMORI_HOME: home.path });
      floor.push(await untilLine([process.execPath, ...floorFlags, pgliteFile, databaseDirectory]));
      tell(
        `first ${first.at(-1)?.toFixed(0)} ms, reopen ${reopen.at(-1)?.toFixed(0)} ms, PGlite ${floor.at(-1)?.toFixed(0)} ms`,
      );
    }
    const against =
      "against a process that opens the same directory with PGlite alone and asks it for a row";
    const { from } = serverCommand();
    return [
      figure({
        id: "server-first-start",
        unit: "s",
        about: `From the start of the process on a home that does not exist to the first authenticated answer that reads the store, run from ${from}, ${against}.`,
        target: { kind: "most", value: 1.1 },
        ours: inSeconds(first),
        floor: inSeconds(floor),
      }),
      figure({
        id: "server-reopen",
        unit: "s",
        about: `The same on a home that is there, ${against}.`,
        target: { kind: "most", value: 0.9 },
        ours: inSeconds(reopen),
        floor: inSeconds(floor),
      }),
    ];
  },
};

const inSeconds = (ms: readonly number[]): number[] => ms.map((one) => one / 1_000);

async function startMs(home: string): Promise<number> {
  await using server = await RunningServer.start(home);
  return server.startMs;
}
