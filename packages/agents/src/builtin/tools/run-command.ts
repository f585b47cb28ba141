import { childEnvironment, spawnChild, type ChildResult } from "@aomori/system";
import * as z from "zod";

import { cutMiddle } from "../../steps/step-text.ts";
import { findConfinement, writeConfined } from "./confine-writes.ts";
import { defineTool } from "./tool.ts";
import type { AgentTool, ToolContext, ToolResult } from "./tool.ts";

export const runCommandTool: AgentTool = defineTool({
  name: "run_command",
  description:
    "Run a shell command line (/bin/sh) at the root of the working tree and wait for it. Output and errors come together, the middle of a long output is left out. What it leaves running in the background is ended with it. No input can be given. Files outside of the working tree, temporary folders and caches may be read-only.",
  input: z.object({
    command: z.string().min(1).describe("command line for /bin/sh -c"),
    timeout_ms: z.int().min(1).optional().describe("shorter than the default limit"),
  }),
  async run(input, context): Promise<ToolResult> {
    const timeoutMs = Math.min(input.timeout_ms ?? Infinity, context.commandTimeoutMs);
    const output = new JoinedOutput(context.maxOutputBytes);
    const env = await context.commandEnv();
    await using child = await spawnChild(await argvOf(input.command, env, context), {
      cwd: context.root,
      env,
      deadlineMs: timeoutMs,
      maxOutputBytes: 0,
      onStdout: (chunk) => output.add(chunk),
      onStderr: (chunk) => output.add(chunk),
      signal: context.signal,
    });
    const result = await child.result;
    const ending = endingOf(result, timeoutMs);
    const text = output.text();
    return {
      ok: result.ending === "exited" && result.exitCode === 0,
      text: text === "" ? ending : `${text}${text.endsWith("\n") ? "" : "\n"}[${ending}]`,
      summary: ending,
      data: { exit_code: result.exitCode ?? null, signal: result.signal ?? null },
    };
  },
});

async function argvOf(
  command: string,
  commandEnv: Readonly<Record<string, string>>,
  { root, confinesCommands }: ToolContext,
): Promise<readonly string[]> {
  const argv = ["/bin/sh", "-c", command];
  if (!confinesCommands) return argv;
  const env = childEnvironment(process.env, commandEnv);
  const bubblewrap = findConfinement(env);
  if (typeof bubblewrap === "string") return argv;
  return writeConfined(bubblewrap, argv, { worktree: root, env });
}

function endingOf(result: ChildResult, timeoutMs: number): string {
  switch (result.ending) {
    case "exited":
      return `exit code ${result.exitCode ?? "unknown"}`;
    case "signalled":
      return `ended by ${result.signal ?? "a signal"}`;
    case "timed_out":
      return `ended after ${timeoutMs} ms, its time limit`;
    default:
      return "interrupted before it ended";
  }
}

/** Both streams in the order they came, head and tail kept within about twice the cap. */
class JoinedOutput {
  readonly #maxBytes: number;
  readonly #head: Buffer[] = [];
  readonly #tail: Buffer[] = [];
  #headBytes = 0;
  #tailBytes = 0;
  #droppedBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(chunk: Buffer): void {
    const room = this.#maxBytes - this.#headBytes;
    if (room > 0) {
      const kept = chunk.subarray(0, room);
      this.#head.push(kept);
      this.#headBytes += kept.length;
    }
    const rest = chunk.subarray(Math.max(0, room));
    if (rest.length === 0) return;
    this.#tail.push(rest);
    this.#tailBytes += rest.length;
    for (;;) {
      const first = this.#tail[0];
      if (first === undefined || this.#tailBytes - first.length < this.#maxBytes) return;
      this.#tail.shift();
      this.#tailBytes -= first.length;
      this.#droppedBytes += first.length;
    }
  }

  text(): string {
    const head = Buffer.concat(this.#head);
    const tail = Buffer.concat(this.#tail);
    if (tail.length === 0) return head.toString("utf8");
    const gap = this.#droppedBytes > 0 ? `\n… ${this.#droppedBytes} bytes left out …\n` : "";
    return cutMiddle(
      gap === ""
        ? Buffer.concat([head, tail]).toString("utf8")
        : head.toString("utf8") + gap + tail.toString("utf8"),
      this.#maxBytes,
    );
  }
}
