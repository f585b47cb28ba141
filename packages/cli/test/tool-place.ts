import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Our own tools as commands on a path of their own, and a repository for what looks at one. */
export interface ToolPlace extends Disposable {
  /** Where they are run. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

export function makeToolPlace(): ToolPlace {
  const place = mkdtempSync(join(tmpdir(), "aoi-registry-tools-"));
  const [bin, folder] = [join(place, "bin"), join(place, "folder")];
  for (const directory of [bin, folder]) mkdirSync(directory);
  const built = (script: string, name: string): string => {
    const into = join(place, name);
    execFileSync(process.execPath, ["--conditions=aomori-source", script, into], { cwd: root });
    symlinkSync(join(root, "node_modules"), join(into, "node_modules"));
    return `'${join(into, `${name}.cjs`)}'`;
  };
  const programs = {
    aomori: built("tools/build.ts", "aomori"),
    machinemode: built("packages/machinemode/tools/build.ts", "machinemode"),
    "aoi-lint": `--conditions=aomori-source '${join(root, "packages/aoi-lint/src/bin.ts")}'`,
  };
  for (const [name, program] of Object.entries(programs)) {
    const line = `exec '${process.execPath}' ${program} "$@"`;
    writeFileSync(join(bin, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  }
  const git = (...argv: string[]): unknown =>
    execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@example.org", ...argv], {
      cwd: folder,
    });
  writeFileSync(join(folder, "a file"), "a\n");
  git("init", "--quiet");
  git("add", ".");
  git("commit", "--quiet", "--message", "one");
  return {
    folder,
    env: { ...process.env, PATH: [bin, process.env["PATH"]].join(delimiter) },
    [Symbol.dispose]: () => rmSync(place, { recursive: true, force: true }),
  };
}
