import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { completionScript } from "@aomori/command";
import type { CommandModule } from "@aomori/command";
import { describe, expect, test } from "vitest";
import { commandSpecs } from "../src/derived/command-specs.ts";
import { externalPlugins } from "../src/plugins/external-plugins.ts";

const home = mkdtempSync(join(tmpdir(), "aomori-completion-"));

function lay(name: string, settings?: object): void {
  const directory = join(home, "plugins", name);
  mkdirSync(directory, { recursive: true });
  symlinkSync("versions/1", join(directory, "current"));
  if (settings === undefined) return;
  writeFileSync(join(directory, ".settings.json"), JSON.stringify(settings, null, 2));
}

lay("qwaves");
lay("qwinds", { enabled: true, pinned: true });
lay("qwoes", { enabled: false, pinned: false });
mkdirSync(join(home, "plugins", "qwas-here"));
mkdirSync(join(home, "plugins", ".runs"));

const neverRun = async (): Promise<CommandModule> => {
  throw new Error("completion runs no plugin");
};

/** How each shell is asked what may follow the words, the last of which is being typed; one answer a line. */
const asks = {
  bash: `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _aomori; printf '%s\\n' "\${COMPREPLY[@]}"`,
  zsh: `compdef() { :; }; compadd() { shift; print -l -- "$@" | grep "^$typed"; }; _files() { print FILES; }
    source "$1"; shift; words=("$@"); CURRENT=$#; typed=$words[-1]; _aomori`,
  fish: `source $argv[1]; complete -C "$argv[2..-1]"`,
} as const;

function offered(shell: keyof typeof asks, words: readonly string[]): string[] {
  const file = join(home, `aomori.${shell}`);
  const { completion } = externalPlugins(neverRun);
  writeFileSync(file, completionScript(shell, "aomori", commandSpecs, completion));
  const script = shell === "fish" ? [asks.fish] : [asks[shell], shell];
  const { stdout, stderr } = spawnSync(shell, ["-c", ...script, file, "aomori", ...words], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], HOME: home, AOMORI_HOME: home },
  });
  expect(stderr).toBe("");
  return stdout
    .trim()
    .split("\n")
    .map((line) => line.split("\t")[0] ?? "");
}

describe.each(["bash", "zsh", "fish"] as const)("%s offers", (shell) => {
  const installed = spawnSync(shell, ["-c", "exit 0"]).status === 0;

  test.skipIf(!installed)("plugins that run, where the name of one may stand", () => {
    for (const words of [["q"], ["plugins", "q"], ["plugins", "run", "q"]]) {
      expect(offered(shell, words)).toEqual(["qwaves", "qwinds"]);
    }
    for (const verb of ["info", "upgrade", "uninstall", "disable", "verify"]) {
      expect(offered(shell, ["plugins", verb, "q"])).toEqual(["qwaves", "qwinds"]);
    }
    expect(offered(shell, ["plugins", "upgrade", "qwaves", "qwi"])).toEqual(["qwinds"]);
  });

  test.skipIf(!installed)("commands beside them, and no plugin where none may stand", () => {
    expect(offered(shell, [""])).toEqual(expect.arrayContaining(["spec", "plugins", "qwaves"]));
    expect(offered(shell, ["spec", ""])).not.toContain("qwaves");
    expect(offered(shell, ["plugins", "new", ""])).not.toContain("qwaves");
    expect(offered(shell, ["qwaves", ""])).not.toContain("qwinds");
    expect(offered(shell, ["plugins", "run", "qwaves", ""])).not.toContain("qwinds");
  });
});
