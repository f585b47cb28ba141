const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const two = (value: number): string => String(value).padStart(2, "0");

/** `850ms`, `12s`, `4m 32s`, `2h 05m`, `3d 04h`. */
export function durationText(durationMs: number): string {
  const ms = Math.max(0, durationMs);
  if (ms < secondMs) return `${Math.round(ms)}ms`;
  if (ms < minuteMs) return `${Math.floor(ms / secondMs)}s`;
  if (ms < hourMs) {
    return `${Math.floor(ms / minuteMs)}m ${two(Math.floor((ms % minuteMs) / secondMs))}s`;
  }
  if (ms < dayMs)
    return `${Math.floor(ms / hourMs)}h ${two(Math.floor((ms % hourMs) / minuteMs))}m`;
  return `${Math.floor(ms / dayMs)}d ${two(Math.floor((ms % dayMs) / hourMs))}h`;
}

/** From one timestamp to another, or to `nowMs` while the second is not there. */
export function elapsedText(
  from: string | undefined,
  to: string | undefined,
  nowMs: number,
): string | undefined {
  const start = from === undefined ? Number.NaN : Date.parse(from);
  const end = to === undefined ? nowMs : Date.parse(to);
  return Number.isNaN(start) || Number.isNaN(end) ? undefined : durationText(end - start);
}

/** Time of day on this machine: `14:02:03`. */
export function clockText(timestamp: string | undefined): string {
  const at = new Date(timestamp ?? Number.NaN);
  if (Number.isNaN(at.getTime())) return "--:--:--";
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":");
}
