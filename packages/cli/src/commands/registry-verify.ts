import type { CommandHandler, CommandRequest, StreamedEvent } from "@aomori/command";
import { UserError } from "@aomori/protocol";
import { openRegistry } from "../registry/open-registry.ts";

/** Linting stops its own children within this. */
const graceMs = 5000;

export const handler: CommandHandler = { run: checksOf, graceMs };

async function* checksOf(request: CommandRequest): AsyncGenerator<StreamedEvent, void> {
  const { input, context, signal, prose } = request;
  const { name, all, entry_only: entryOnly } = input;
  if (typeof name !== "string" && all !== true) {
    throw new UserError(
      "usage",
      "REGISTRY_NAME_MISSING",
      'name one entry, or add --all; "aomori registry search" lists them',
    );
  }
  const { kit, entries, faults, find } = await openRegistry(request);
  const chosen = typeof name === "string" ? [find(name)] : entries;
  if (all === true) yield* faults.map(brokenFile);
  if (chosen.length + faults.length === 0) {
    yield { type: "aoi:warning", code: "REGISTRY_EMPTY", message: "the registry has no entry" };
  }
  for (const { entry } of chosen) {
    prose.progress(`verifying ${entry.name}`);
    const checks = kit.verifyEntry(entry, {
      cwd: context.cwd,
      env: context.env,
      signal,
      lint: entryOnly === true ? undefined : kit.lintForRegistry,
    });
    for await (const check of checks) yield { ...check };
  }
}

function brokenFile(detail: string): StreamedEvent {
  return { type: "aoi:check", name: "file", ok: false, severity: "error", detail };
}
