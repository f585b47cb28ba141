import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** `script` of util-linux makes pseudo-terminals; others of that name take no command this way. */
export async function hasScript(): Promise<boolean> {
  const answer = await output("script", ["--version"]);
  return answer?.includes("util-linux") === true;
}

/** A network namespace of one's own is allowed. */
export async function canUnshare(): Promise<boolean> {
  return (await output("unshare", ["-rn", "true"])) !== undefined;
}

export async function hasMkfifo(): Promise<boolean> {
  return (await output("mkfifo", ["--version"])) !== undefined;
}

/** Of these locales, those the C library has. */
export async function locales(names: readonly string[]): Promise<readonly string[]> {
  const plain = (name: string): string => name.toLowerCase().replace("utf-8", "utf8");
  const listed = (await output("locale", ["-a"]))?.split("\n").map(plain) ?? [];
  return names.filter((name) => listed.includes(plain(name)));
}

/** What a program prints; undefined when it fails or is not there. */
async function output(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(program, args, { timeout: 5000 });
    return stdout;
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}
