import { setTimeout as delay } from "node:timers/promises";
import type { SourceContext } from "./source-context.ts";

/** Looks again and again for what is about to be published, and tells so; undefined once the time for it is over. */
export async function waitFor<T>(
  context: SourceContext,
  name: string,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const { releaseWaitMs: limitMs, releasePollMs } = context.client.limits;
  const startedMs = performance.now();
  for (;;) {
    const found = await look();
    const elapsedMs = Math.round(performance.now() - startedMs);
    if (found !== undefined || elapsedMs >= limitMs) return found;
    context.onProgress?.({ kind: "waiting", name, elapsedMs, limitMs });
    const pauseMs = Math.min(releasePollMs, limitMs - elapsedMs);
    await delay(pauseMs, undefined, context.signal === undefined ? {} : { signal: context.signal });
  }
}
