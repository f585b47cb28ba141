/**
 * Orders two versions as semantic versioning 2.0.0 §11 does, also where they have more or fewer numbers, and whatever else their authors
 * write: negative when `a` is older. Build metadata does not count.
 */
export function compareVersions(a: string, b: string): number {
  const [coreA, preA] = partsOf(a);
  const [coreB, preB] = partsOf(b);
  const core = compareLists(coreA, coreB, "0");
  if (core !== 0) return core;
  if (preA === undefined || preB === undefined) {
    return Number(preA === undefined) - Number(preB === undefined);
  }
  return compareLists(preA, preB, "");
}

function partsOf(version: string): readonly [readonly string[], readonly string[] | undefined] {
  const [release = ""] = version.split("+");
  const dash = release.indexOf("-");
  const core = dash === -1 ? release : release.slice(0, dash);
  return [core.split("."), dash === -1 ? undefined : release.slice(dash + 1).split(".")];
}

/** A list that ends earlier goes on with `filler`. */
function compareLists(a: readonly string[], b: readonly string[], filler: string): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const order = compareParts(a[index] ?? filler, b[index] ?? filler);
    if (order !== 0) return order;
  }
  return 0;
}

/** Numbers by value and before words. */
function compareParts(a: string, b: string): number {
  const isNumber = [a, b].map((part) => /^\d+$/.test(part));
  if (isNumber[0] === true && isNumber[1] === true) return Math.sign(Number(a) - Number(b));
  if (isNumber[0] !== isNumber[1]) return a === "" || (b !== "" && isNumber[0] === true) ? -1 : 1;
  return a === b ? 0 : a < b ? -1 : 1;
}
