import { installPlugin } from "@aomori/testkit";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";

/** `lines COUNT`: as many notifications of 85 bytes, newline included. */
const source = `#include <stdio.h>
#include <stdlib.h>
static char out[65536];
int main(int argc, char **argv) {
  long count = argc > 1 ? atol(argv[1]) : 1;
  setvbuf(stdout, out, _IOFBF, sizeof out);
  for (long n = 0; n < count; n += 1)
    printf("{\\"type\\":\\"notification\\",\\"n\\":%09ld,\\"name\\":\\"a line of the flood\\",\\"ok\\":true,\\"x\\":1.5}\\n", 100000000 + n);
  return 0;
}
`;

export interface SamplePlugins {
  readonly pluginsDirectory: string;
  readonly binary: string;
  /** For gh: the same binary as its extension `lines`, and where it finds it. */
  readonly ghEnvironment: Readonly<Record<string, string>>;
}

/** One compiled plugin, laid down for us and as an extension of gh. */
export function layPlugins(folder: string): SamplePlugins {
  const pluginsDirectory = join(folder, "plugins");
  const directory = installPlugin(pluginsDirectory, { name: "lines", language: "c", source });
  const binary = join(directory, "current", "plugin");
  const extension = join(folder, "data", "gh", "extensions", "gh-lines");
  mkdirSync(extension, { recursive: true });
  copyFileSync(binary, join(extension, "gh-lines"));
  return {
    pluginsDirectory,
    binary,
    ghEnvironment: {
      XDG_DATA_HOME: join(folder, "data"),
      GH_CONFIG_DIR: join(folder, "config"),
      // It asks for a token before it runs anything, and sends it nowhere here.
      GH_TOKEN: "none",
      GH_NO_UPDATE_NOTIFIER: "1",
    },
  };
}
