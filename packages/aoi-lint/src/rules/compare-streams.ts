import type { ScannedEvent, Stream } from "../runner/stream.ts";

/** Fields that may differ from run to run by what they are. */
const volatileName =
  /(?:^|_)(?:at|time|timestamp|date|elapsed_ms|elapsed|duration|duration_ms|ms|pid|uptime|seed|nonce|request_id|trace_id|run_id|session_id)$/;

/** Paths of fields (`hit.score`, `aoi:summary.elapsed_ms`) whose values differ between two like runs. */
export function volatilePaths(first: Stream, second: Stream): ReadonlySet<string> {
  const found = new Set<string>();
  const length = Math.min(first.events.length, second.events.length);
  for (let index = 0; index < length; index += 1) {
    const [a, b] = [first.events[index], second.events[index]];
    if (a === undefined || b === undefined || a.type !== b.type) continue;
    compare(a.value, b.value, a.type, (path) => found.add(path));
  }
  return found;
}

/** Text for people, which may follow the user's language. */
const spokenName = /(?:^|[._])(?:message|detail|title|hint|help|summary|description|label|reason)$/;

/** Paths of fields that may differ by locale and time zone: text for people, and one moment written in two zones. */
export function placePaths(first: Stream, second: Stream): ReadonlySet<string> {
  const found = new Set<string>();
  const length = Math.min(first.events.length, second.events.length);
  for (let index = 0; index < length; index += 1) {
    const [a, b] = [first.events[index], second.events[index]];
    if (a === undefined || b === undefined || a.type !== b.type) continue;
    compare(a.value, b.value, a.type, (path, was, is) => {
      const isText = typeof was === "string" && typeof is === "string";
      if (isText && (spokenName.test(path) || sameMoment(was, is))) found.add(path);
    });
  }
  return found;
}

function sameMoment(a: string, b: string): boolean {
  const iso = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)$/;
  return iso.test(a) && iso.test(b) && Date.parse(a) === Date.parse(b);
}

export interface Difference {
  readonly index: number;
  readonly message: string;
  readonly event: ScannedEvent | undefined;
}

/** The first way in which two streams tell something different, volatile fields aside. */
export function firstDifference(
  expected: Stream,
  actual: Stream,
  volatile: ReadonlySet<string>,
): Difference | undefined {
  const length = Math.max(expected.events.length, actual.events.length);
  for (let index = 0; index < length; index += 1) {
    const [a, b] = [expected.events[index], actual.events[index]];
    const message = eventDifference(a, b, volatile);
    if (message !== undefined) return { index, message, event: b };
  }
  return undefined;
}

function eventDifference(
  expected: ScannedEvent | undefined,
  actual: ScannedEvent | undefined,
  volatile: ReadonlySet<string>,
): string | undefined {
  if (expected === undefined) return actual && `one more event, ${actual.type}`;
  if (actual === undefined) return `event ${expected.index + 1}, ${expected.type}, is missing`;
  const at = `event ${expected.index + 1}`;
  if (expected.type !== actual.type) return `${at} is ${actual.type} and was ${expected.type}`;
  let different: string | undefined;
  compare(expected.value, actual.value, expected.type, (path) => {
    if (!volatile.has(path)) different ??= `${at} differs in ${path}`;
  });
  return different;
}

/** Calls `differs` with the path of every field that differs; indexes of arrays are left out of paths. */
function compare(
  a: unknown,
  b: unknown,
  path: string,
  differs: (path: string, was: unknown, is: unknown) => void,
): void {
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    a.forEach((item, index) => compare(item, b[index], `${path}[]`, differs));
  } else if (isFields(a) && isFields(b)) {
    for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
      if (!volatileName.test(name)) compare(a[name], b[name], `${path}.${name}`, differs);
    }
  } else if (a !== b && placeless(a) !== placeless(b)) differs(path, a, b);
}

/** Each run works in a sandbox of its own, whose path may be told. */
function placeless(value: unknown): string | undefined {
  return JSON.stringify(value)?.replaceAll(/\/aoi-lint-[^/"]+\/run-\d+/g, "/sandbox");
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
