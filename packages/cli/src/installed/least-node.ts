/** The first Node that this program runs on, as `engines` of its package says. Installers only warn of an older one. */
export const leastNode = "22.18";

export function isTooOld(version: string = process.versions.node): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [leastMajor = 0, leastMinor = 0] = leastNode.split(".").map(Number);
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}
