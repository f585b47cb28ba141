import { existsSync, readdirSync } from "node:fs";

/** The machine that a plugin shall run on, in the words of Node. */
export interface HostPlatform {
  /** `process.platform`. */
  readonly system: string;
  /** `process.arch`. */
  readonly processor: string;
  /** Of Linux; `unknown` elsewhere. */
  readonly libc: "glibc" | "musl" | "unknown";
  /** Whether macOS on ARM translates programs for Intel. */
  readonly rosetta: "installed" | "absent";
}

/** Looks at the machine this process runs on. */
export function currentHostPlatform(): HostPlatform {
  return {
    system: process.platform,
    processor: process.arch,
    libc: process.platform === "linux" ? libcOf(loaderNames()) : "unknown",
    rosetta: existsSync("/Library/Apple/usr/libexec/oah/libRosettaRuntime")
      ? "installed"
      : "absent",
  };
}

/** From the names of the dynamic loaders; a system that has both runs programs of either, and passes as glibc. */
export function libcOf(loaders: readonly string[]): HostPlatform["libc"] {
  if (loaders.some((name) => /^ld-linux.*\.so\.\d+$/.test(name))) return "glibc";
  return loaders.some((name) => /^ld-musl-.*\.so\.1$/.test(name)) ? "musl" : "unknown";
}

function loaderNames(): readonly string[] {
  return ["/lib", "/lib64"].filter((path) => existsSync(path)).flatMap((path) => readdirSync(path));
}
