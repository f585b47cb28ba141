import type { CommandHandler, CommandRequest } from "@aomori/command";
import { Plan } from "@aomori/command";
import type { PluginRecord } from "@aomori/plugins";
import { UserError } from "@aomori/protocol";
import { soundPlugins } from "../plugins/chosen-plugins.ts";
import { lockfilePath } from "../plugins/install-request.ts";
import type { PluginsRoom } from "../plugins/open-plugins.ts";
import { lookAtPlugins } from "../plugins/open-plugins.ts";
import { openSource } from "../plugins/source.ts";

export const handler: CommandHandler = {
  run: async (request) => {
    const room = await lookAtPlugins(request);
    const file = lockfilePath(room, request);
    const records = (await soundPlugins(room, {})).map(({ record }) => record);
    if (request.input["check"] === true) return await check(room, file, records);
    if (request.flags.dryRun) {
      return new Plan([
        { action: "write", target: file, plugins: records.map(({ name }) => name) },
      ]);
    }
    return await write(room, request, file, records);
  },
};

async function check(
  { kit }: PluginsRoom,
  file: string,
  records: readonly PluginRecord[],
): Promise<unknown> {
  const lockfile = await kit.readLockfile(file);
  if (lockfile === undefined) {
    const message = `there is no ${file}; write it with "aomori plugins lock"`;
    throw new UserError("not_found", "LOCKFILE_NOT_FOUND", message, { details: { file } });
  }
  const differences = kit.compareLockfile(lockfile, records);
  if (differences.length > 0) throw kit.lockfileStale(file, differences);
  return { file, up_to_date: true, plugins: [...lockfile.plugins.keys()] };
}

async function write(
  room: PluginsRoom,
  request: CommandRequest,
  file: string,
  records: readonly PluginRecord[],
): Promise<unknown> {
  // What is installed was released long ago: an asset that is missing is not about to come.
  await using source = await openSource(room, request, { releaseWaitMs: 0 });
  const lockfile = await room.kit.lockPlugins(source.context, records);
  await room.kit.writeLockfile(file, lockfile);
  const assets = [...lockfile.plugins.values()].reduce((sum, { assets: a }) => sum + a.length, 0);
  return { file, written: true, plugins: [...lockfile.plugins.keys()], assets };
}
