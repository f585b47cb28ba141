import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { builtCommand } from "../run-machinemode.ts";

const linter = fileURLToPath(new URL("../../../aoi-lint/src/bin.ts", import.meta.url));

test.each([[["ls", "-l"]], [["wc", "file"]], [["rm", "-rf", "folder"]], [["seq", "3"]]])(
  "%j passes the strict profile of aoi-lint",
  async (words) => {
    const cwd = mkdtempSync(join(tmpdir(), "conforms-"));
    mkdirSync(join(cwd, "folder"));
    writeFileSync(join(cwd, "file"), "a b\n");
    const command = join(mkdtempSync(join(tmpdir(), "command-")), "machinemode");
    writeFileSync(command, `#!/bin/sh\nexec ${process.execPath} ${await builtCommand()} "$@"\n`);
    chmodSync(command, 0o755);
    const args = [
      "--conditions=aomori-source",
      linter,
      "--profile",
      "strict",
      "--",
      command,
      ...words,
    ];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8" });
    const failed = stdout.split("\n").filter((line) => line.includes('"verdict":"failed"'));
    expect({ failed, stderr }).toEqual({ failed: [], stderr: "" });
    expect(stdout).toContain('"verdict":"passed"');
  },
);
