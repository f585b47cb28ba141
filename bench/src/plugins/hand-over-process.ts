/** The least that a dispatcher in Node does: it starts a program with two pipes and hands on what that writes, unread. */
import { spawn } from "node:child_process";
import { writeSync } from "node:fs";

const [file = "", ...args] = process.argv.slice(2);
const child = spawn(file, args, { stdio: ["pipe", "pipe", "inherit"] });
child.stdout.on("data", (chunk: Buffer) => writeSync(1, chunk));
child.on("close", (status) => {
  process.exitCode = status ?? 1;
});
