const requiredMajor = 24;

/** Throws on another Node than the one the root pins as the npm package `node`; npm scripts get that one. */
export function requireNode(version: string = process.versions.node): void {
  if (Number(version.split(".")[0]) === requiredMajor) return;
  throw new Error(
    `this is Node ${version} and the gates are run on ${requiredMajor}; use "npm run", after "npm ci"`,
  );
}
