import type { CommandHandler, CommandRequest, StreamedEvent } from "@aomori/command";
import { openStoreFor, storeGraceMs } from "../connection/store-access.ts";
import { textAt } from "../wire/fields.ts";

export const handler: CommandHandler = { run: checksOf, graceMs: storeGraceMs };

async function* checksOf(request: CommandRequest): AsyncGenerator<StreamedEvent, void> {
  await using store = await openStoreFor(request);
  const findings = await store.check();
  for (const finding of findings) {
    const name = textAt(finding, "code") ?? "STORE";
    const detail = textAt(finding, "message") ?? "";
    yield { type: "aoi:check", name, ok: false, severity: "error", detail };
  }
  const detail = "no row contradicts another";
  if (findings.length === 0)
    yield { type: "aoi:check", name: "store", ok: true, severity: "info", detail };
}
