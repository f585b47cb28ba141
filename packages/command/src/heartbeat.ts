import type { Presenter } from "./presenter.ts";

/**
 * Signs of life while there is nothing to say; the presenter decides whether to show them. They are also how a
 * command learns that its reader is gone: only a write into a pipe tells.
 */
export function startHeartbeat(presenter: Presenter, intervalMs: number): NodeJS.Timeout {
  let isWaiting = false;
  return setInterval(() => {
    // A reader who takes nothing gets one sign of life, not a queue of them.
    if (isWaiting || presenter.ended) return;
    isWaiting = true;
    void presenter.event({ type: "aoi:heartbeat", at: new Date().toISOString() }).then(() => {
      isWaiting = false;
    });
  }, intervalMs);
}
