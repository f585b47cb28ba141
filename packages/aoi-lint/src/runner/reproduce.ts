import type { RunSpec } from "./run-spec.ts";
import { shellCommand, shellWord } from "./shell-text.ts";

/** The shell command nearest to what a run did. Standard error goes where the shell sends it. */
export function reproduceCommand(spec: RunSpec): string {
  return withStdout(spec, withSignal(spec, withStdin(spec, withEnvironment(spec))));
}

function withEnvironment({ argv, env = {}, withoutNetwork }: RunSpec): string {
  const assignments = Object.entries(env)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${shellWord(value ?? "")} `);
  const removed = Object.keys(env).filter((name) => env[name] === undefined);
  const without =
    removed.length === 0 ? "" : `env ${removed.map((name) => `-u ${name}`).join(" ")} `;
  return `${assignments.join("")}${without}${withoutNetwork === true ? "unshare -rn " : ""}${shellCommand(argv)}`;
}

function withStdin({ stdin = { kind: "null" } }: RunSpec, command: string): string {
  switch (stdin.kind) {
    case "null":
      return `${command} </dev/null`;
    case "closed":
      return `${command} <&-`;
    case "silent":
      return `sleep 60 | ${command}`;
    case "text":
      return `printf '%b' ${shellWord(escaped(textOf(stdin.text)))} | ${command}`;
    case "drip":
      return `{ ${stdin.halves.map((half) => `printf '%b' ${shellWord(escaped(half))}`).join("; sleep 5; ")}; } | ${command}`;
    case "generated":
      return `${command} <LARGE_INPUT`;
  }
}

function withSignal({ signal, stdout }: RunSpec, command: string): string {
  if (signal === undefined) return command;
  const names = signal.signals.map((name) => name.slice(3));
  const where =
    stdout?.kind === "narrow"
      ? "while it waits for its reader"
      : `after ${signal.afterLines} lines`;
  return `timeout -s ${names[0]} 0.2 ${command} # ${names.join(", ")} ${where}`;
}

function withStdout({ stdout = { kind: "pipe" }, signal }: RunSpec, command: string): string {
  switch (stdout.kind) {
    case "pipe":
      return command;
    case "closed":
      return `${command} | ${stdout.afterLines === 0 ? "true" : `head -n ${stdout.afterLines}`}; echo "\${PIPESTATUS[0]}"`;
    case "narrow":
      if (signal !== undefined) return command;
      return stdout.onceQuiet === "close"
        ? `${command} | head -n 1; echo "\${PIPESTATUS[0]}"`
        : `${command} | (sleep 1; cat)`;
    case "slow":
      return `${command} | while IFS= read -r line; do printf '%s\\n' "$line"; sleep 0.02; done`;
    case "file":
      return `${command} >stream.jsonl`;
    case "terminal":
      return `script -qefc ${shellWord(command)} /dev/null`;
  }
}

function textOf(text: string | Uint8Array): string {
  const whole = typeof text === "string" ? text : Buffer.from(text).toString("latin1");
  return whole.length > 2000 ? `${whole.slice(0, 2000)}…` : whole;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
}
