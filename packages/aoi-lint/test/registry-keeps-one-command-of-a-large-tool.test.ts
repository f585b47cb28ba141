import { expect, test } from "vitest";
import { ofCommand, withCommands } from "../src/registry/narrow-capabilities.ts";

const capabilities = {
  tool: "wrap",
  commands: [{ name: "git" }, { name: "git log", limit: true }, { name: "ls" }],
};

test("the longest command whose words stand in the line is kept", () => {
  expect(ofCommand(capabilities, ["wrap", "--output", "jsonl", "--", "git", "log", "-1"])).toEqual({
    tool: "wrap",
    commands: [{ name: "git log", limit: true }],
  });
  expect(ofCommand(capabilities, ["wrap", "ls"])["commands"]).toEqual([{ name: "ls" }]);
  expect(() => ofCommand(capabilities, ["wrap", "lsblk"])).toThrow(/list no command of "lsblk"/);
  expect(() => ofCommand({ tool: "wrap" }, ["wrap", "ls"])).toThrow(/--command-only/);
});

test("a command that was added later does not make an entry wrong", () => {
  const more = { ...capabilities, commands: [...capabilities.commands, { name: "df" }] };
  expect(withCommands(more, ["git", "git log", "ls"])).toEqual(capabilities);
});
