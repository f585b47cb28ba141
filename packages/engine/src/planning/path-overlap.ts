/**
 * Paths that tasks own: from the repository's root with `/`; `*` and `?` stay within a segment, `**` spans segments,
 * `{a,b}` is either. Brackets are literal, since `app/[id]/page.tsx` is a file's name far more often than a class.
 */
export interface PathPattern {
  readonly text: string;
  readonly segments: readonly string[];
  readonly literal: boolean;
}

const maxAlternatives = 64;

/** Cleans a path a model wrote; `undefined` where it names nothing inside the repository. */
export function cleanPath(raw: string): string | undefined {
  const text = raw.trim();
  if (text === "" || text.startsWith("/") || /^[A-Za-z]:[\\/]/.test(text) || text.includes("\0")) {
    return undefined;
  }
  const segments = text.split("/").filter((segment) => segment !== "" && segment !== ".");
  if (segments.includes("..") || segments[0] === ".git") return undefined;
  if (segments.length === 0) return "**";
  return text.endsWith("/") ? `${segments.join("/")}/**` : segments.join("/");
}

/** The patterns a clean path stands for, one per alternative of its braces. */
export function compilePath(path: string): readonly PathPattern[] {
  return alternatives(path).map((text) => {
    const literal = !/[*?]/.test(text);
    const segments = text.split("/");
    const directory = literal && !(segments.at(-1) ?? "").includes(".");
    return { text, segments: directory ? [...segments, "**"] : segments, literal };
  });
}

function alternatives(path: string): readonly string[] {
  let open = [path];
  for (;;) {
    const next = open.flatMap((text) => {
      const braces = /\{([^{}]*,[^{}]*)\}/.exec(text);
      if (braces === null) return [text];
      const before = text.slice(0, braces.index);
      const after = text.slice(braces.index + braces[0].length);
      return (braces[1] ?? "").split(",").map((choice) => `${before}${choice}${after}`);
    });
    if (next.length === open.length && next.every((text, index) => text === open[index])) {
      return open;
    }
    if (next.length > maxAlternatives) return [underFirstBrace(path)];
    open = next;
  }
}

/** Everything in the directory where braces begin: too wide rather than too narrow. */
function underFirstBrace(path: string): string {
  return `${path.slice(0, path.lastIndexOf("/", path.indexOf("{")) + 1)}**`;
}

/** Whether some file could match both; a path and what lies under it overlap too. */
export function patternsOverlap(a: PathPattern, b: PathPattern): boolean {
  if (a.literal && b.literal) {
    return a.text === b.text || a.text.startsWith(`${b.text}/`) || b.text.startsWith(`${a.text}/`);
  }
  return meet(a.segments, b.segments, (segment) => segment === "**", segmentsMeet);
}

/** Whether two paths, cleaned, can name the same file. */
export function pathsOverlap(a: string, b: string): boolean {
  const others = compilePath(b);
  return compilePath(a).some((one) => others.some((other) => patternsOverlap(one, other)));
}

function segmentsMeet(a: string, b: string): boolean {
  if (a === b) return true;
  const same = (x: string, y: string): boolean => x === y || x === "?" || y === "?";
  return meet(a.split(""), b.split(""), (character) => character === "*", same);
}

/** Whether two sequences have a common match, where what `spans` stands for any run, the empty one too. O(n·m). */
function meet(
  a: readonly string[],
  b: readonly string[],
  spans: (item: string) => boolean,
  same: (x: string, y: string) => boolean,
): boolean {
  let below = Array.from({ length: b.length + 1 }, () => false);
  for (let i = a.length; i >= 0; i -= 1) {
    const row = Array.from({ length: b.length + 1 }, () => false);
    for (let j = b.length; j >= 0; j -= 1) {
      const x = a[i];
      const y = b[j];
      if (x === undefined && y === undefined) row[j] = true;
      else if (x !== undefined && spans(x)) row[j] = below[j] === true || row[j + 1] === true;
      else if (y !== undefined && spans(y)) row[j] = row[j + 1] === true || below[j] === true;
      else if (x !== undefined && y !== undefined) row[j] = below[j + 1] === true && same(x, y);
    }
    below = row;
  }
  return below[0] === true;
}
