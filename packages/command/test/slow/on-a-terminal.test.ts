import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { paintFor, textWidth } from "@aomori/command";
import { nodeArgs } from "../run-shelf.ts";

/** util-linux `script` gives a command a pseudo-terminal; BSD's takes other arguments. */
const recorder = "script";
const versions = spawnSync(recorder, ["--version"], { encoding: "utf8" });
const hasScript = versions.status === 0 && versions.stdout.includes("util-linux");

/** Runs the program on a pseudo-terminal , typing `answer` when it asks. */
async function onTerminal(command: string, answer = "", env: Record<string, string> = {}) {
  const line = `stty rows 9 cols 60; ${[process.execPath, ...nodeArgs, command].join(" ")}`;
  const child = spawn(recorder, ["-qec", line, "/dev/null"], {
    env: {
      PATH: process.env["PATH"],
      NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
      TERM: "xterm",
      ...env,
    },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let screen = "";
  let typed = false;
  child.stdout.on("data", (chunk: Buffer) => {
    screen += chunk.toString();
    if (typed || answer === "" || !/\? \[y\/N\] |counted 3/.test(screen)) return;
    typed = true;
    child.stdin.write(answer);
  });
  await once(child, "close");
  return { screen: screen.replaceAll("\r\n", "\n"), status: child.exitCode };
}

describe.skipIf(!hasScript)("on a terminal", () => {
  it("links are for terminals that are known to take them, or when asked for", () => {
    const linked = (env: Record<string, string>, isTty = true): boolean =>
      paintFor(env, isTty, true).link("here", "file:///a b") !== "here";
    expect(linked({ TERM: "xterm-256color" })).toBe(false);
    expect(linked({ TERM: "xterm-256color", VTE_VERSION: "7000" })).toBe(true);
    expect(linked({ TERM: "xterm-kitty" })).toBe(true);
    expect(linked({ TERM: "xterm-kitty" }, false)).toBe(false);
    expect(linked({ TERM: "xterm-kitty", FORCE_HYPERLINK: "0" })).toBe(false);
    const link = paintFor({ FORCE_HYPERLINK: "1" }, false, true).link("here", "file:///a b");
    expect(link).toBe("\u001b]8;;file:///a%20b\u001b\\here\u001b]8;;\u001b\\");
    expect(textWidth(link)).toBe(4);
  });

  it("a table is the default, in bold unless NO_COLOR", async () => {
    const { screen } = await onTerminal("item list");
    expect(screen).toContain("\u001b[1mID     NAME    TAGS\u001b[22m\nITM-1  apple   fresh\n");
    const plain = await onTerminal("item list", "", { NO_COLOR: "1" });
    expect(plain.screen).toContain("ID     NAME    TAGS\nITM-1  apple   fresh\n");
    expect(plain.screen).not.toContain("\u001b[1m");
  });

  it.each([
    ["y\n", 0, "apple"],
    ["n\n", 130, "was not confirmed; nothing was done"],
    ["\u0004", 130, "was not confirmed; nothing was done"],
    ["\u0003", 130, "stopped by SIGINT"],
  ])("a deletion is asked for, and %j is an answer", async (answer, status, text) => {
    const ran = await onTerminal("item delete ITM-1", answer);
    expect(ran.screen).toContain("shelf item delete: delete an item? [y/N] ");
    expect(ran.screen).toContain(text);
    expect(ran.status).toBe(status);
  });

  it("a stream never asks", async () => {
    const ran = await onTerminal("item delete ITM-1 --format jsonl");
    expect(ran.screen).toContain('"code":"CONFIRMATION_REQUIRED"');
    expect(ran.status).toBe(64);
  });

  it("Ctrl-C ends a stream that runs", async () => {
    const ran = await onTerminal("item watch", "\u0003");
    expect(ran.screen).toContain("stopped by SIGINT (INTERRUPTED)");
    expect(ran.status).toBe(130);
  });

  it("a long answer goes through the pager, a short one does not", async () => {
    const pager = { PAGER: "sed s/^/paged:/" };
    const long = await onTerminal("item list --help", "", pager);
    expect(long.screen).toMatch(/^paged:List items\.\npaged:\n/);
    expect(long.status).toBe(0);
    expect((await onTerminal("item show ITM-1", "", pager)).screen).not.toContain("paged:");
    for (const none of ["cat", "", "no-such-pager"]) {
      const { screen, status } = await onTerminal("item list --help", "", { PAGER: none });
      expect({ start: screen.slice(0, 11), status }).toEqual({ start: "List items.", status: 0 });
    }
  });

  it("a table fits the width of the screen", async () => {
    const { screen } = await onTerminal("item wide");
    expect(screen).toMatch(/^.*ID +TEXT.*\n1 +a+…\n$/);
    expect(screen.split("\n")[1]).toHaveLength(60);
  });

  it("a frame is redrawn in place, and stands at the end", async () => {
    const { screen } = await onTerminal("item draw");
    expect(screen).toBe(
      "step 0\nlast line\n\u001b[2A\u001b[0Jstep 1\nlast line\n\u001b[2A\u001b[0Jstep 2\nlast line\n",
    );
  });
});

it("a frame is printed once where there is no terminal", () => {
  const ran = spawnSync(process.execPath, [...nodeArgs, "item", "draw", "--format", "table"], {
    encoding: "utf8",
  });
  expect(ran.stdout).toBe("step 2\nlast line\n");
});
