import { afterAll, beforeAll, expect, test } from "vitest";
import type { ModelServer } from "../src/index.ts";
import { serve } from "./serving.ts";

const calls = [
  { tool: "list_files" as const, input: { path: "it's here" } },
  { tool: "search" as const, input: { pattern: "needle", path: "it's here" } },
  { tool: "read_file" as const, input: { path: "a.txt" } },
  { tool: "report_discovery" as const, input: { title: "t", description: "d" }, optional: true },
  { tool: "edit_file" as const, input: { path: "a.txt", old_text: ["1", "2"], new_text: "3" } },
  { tool: "write_file" as const, input: { path: "b.txt", content: ["x", ""] } },
  { tool: "run_command" as const, input: { command: "npm test" } },
];

let server: ModelServer;
beforeAll(async () => {
  server = await serve({ tasks: [{ title: "T", implementation: [{ calls, text: "done" }] }] });
});
afterAll(() => server.close());

function schema(...names: string[]): unknown {
  return {
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name, { type: "string" }])),
  };
}

type Tools = Readonly<Record<string, unknown>>;

/** Plays the script with these tools; gives [tool, input] for every call and the last text. */
async function play(tools: Tools): Promise<unknown[]> {
  const messages: unknown[] = [{ role: "user", content: "Aomori-Title: T" }];
  const played: unknown[] = [];
  for (;;) {
    const response = await fetch(`${server.url}/v1/messages`, {
      method: "POST",
      headers: { "x-api-key": "k", "anthropic-version": "2023-06-01" },
      body: JSON.stringify({
        model: "m",
        max_tokens: 100,
        messages,
        tools: Object.entries(tools).map(([name, input_schema]) => ({ name, input_schema })),
      }),
    });
    const { content } = (await response.json()) as {
      content: { type: string; id: string; name: string; input: unknown; text: string }[];
    };
    const uses = content.filter((block) => block.type === "tool_use");
    if (uses.length === 0) return [...played, content[0]?.text];
    played.push(...uses.map(({ name, input }) => [name, input]));
    messages.push({ role: "assistant", content });
    messages.push({
      role: "user",
      content: uses.map(({ id }) => ({ type: "tool_result", tool_use_id: id, content: "ok" })),
    });
  }
}

test("the builtin driver's tools are called as written", async () => {
  const played = await play({
    list_files: schema("path"),
    search: schema("pattern", "path"),
    read_file: schema("path"),
    report_discovery: schema("title", "description", "type"),
    edit_file: schema("path", "old_text", "new_text"),
    write_file: schema("path", "content"),
    run_command: schema("command"),
  });
  expect(played).toEqual([
    ["list_files", { path: "it's here" }],
    ["search", { pattern: "needle", path: "it's here" }],
    ["read_file", { path: "a.txt" }],
    ["report_discovery", { title: "t", description: "d" }],
    ["edit_file", { path: "a.txt", old_text: "1\n2", new_text: "3" }],
    ["write_file", { path: "b.txt", content: "x\n" }],
    ["run_command", { command: "npm test" }],
    "done",
  ]);
});

test("claude's tools get its input names", async () => {
  const played = await play({
    Read: schema("file_path", "offset"),
    Write: schema("file_path", "content"),
    Edit: schema("file_path", "old_string", "new_string", "replace_all"),
    Bash: schema("command", "description"),
    Grep: schema("pattern", "path", "glob"),
    mcp__aomori__report_discovery: schema("title", "description"),
  });
  expect(played).toEqual([
    ["Bash", { command: `ls -1p 'it'\\''s here'` }],
    ["Grep", { pattern: "needle", path: "it's here" }],
    ["Read", { file_path: "a.txt" }],
    ["mcp__aomori__report_discovery", { title: "t", description: "d" }],
    ["Edit", { file_path: "a.txt", old_string: "1\n2", new_string: "3" }],
    ["Write", { file_path: "b.txt", content: "x\n" }],
    ["Bash", { command: "npm test" }],
    "done",
  ]);
});

test("pi's tools get a list of edits and a shell for the search", async () => {
  const item = schema("oldText", "newText");
  const played = await play({
    read: schema("path", "offset"),
    write: schema("path", "content"),
    edit: {
      type: "object",
      properties: { path: { type: "string" }, edits: { type: "array", items: item } },
    },
    bash: schema("command", "timeout"),
  });
  expect(played).toEqual([
    ["bash", { command: `ls -1p 'it'\\''s here'` }],
    ["bash", { command: `grep -rnE -e 'needle' 'it'\\''s here'` }],
    ["read", { path: "a.txt" }],
    ["edit", { path: "a.txt", edits: [{ oldText: "1\n2", newText: "3" }] }],
    ["write", { path: "b.txt", content: "x\n" }],
    ["bash", { command: "npm test" }],
    "done",
  ]);
});

test("where no tool fits, the answer says which is missing and does not claim to be done", async () => {
  const [text] = await play({ think: schema("thought") });
  expect(text).toContain("list_files");
  expect(text).toContain("think");
  expect(text).not.toContain("done");
});
