import { isRecord } from "@aomori/system";
import type { DeclaredTool, ReplyCall } from "./conversation.ts";
import { member } from "./json-value.ts";
import type { ScenarioCall, ScenarioTool } from "./scenario.ts";

/** Names other agents give the same tool, compared without case; the first that is declared is taken. */
const toolNames: Readonly<Record<ScenarioTool, readonly string[]>> = {
  list_files: ["list_files", "ls", "list_directory", "list"],
  read_file: ["read_file", "read", "view"],
  search: ["search", "grep"],
  write_file: ["write_file", "write", "create_file"],
  edit_file: ["edit_file", "edit"],
  run_command: ["run_command", "bash", "exec_command", "shell", "shell_command"],
  report_discovery: ["report_discovery"],
};

/** Names other agents give the same input. */
const inputNames: Readonly<Record<string, readonly string[]>> = {
  path: ["path", "file_path", "filePath", "dir", "directory", "file"],
  content: ["content", "contents", "text"],
  old_text: ["old_text", "oldText", "old_string", "oldString", "find"],
  new_text: ["new_text", "newText", "new_string", "newString", "replace"],
  command: ["command", "cmd"],
  pattern: ["pattern", "query", "regex"],
  title: ["title", "summary", "name"],
  description: ["description", "details", "body"],
  type: ["type", "kind", "category"],
};

/** Without these a call would do something else than the scenario says. */
const essential: Readonly<Record<ScenarioTool, readonly string[]>> = {
  list_files: [],
  read_file: ["path"],
  search: ["pattern"],
  write_file: ["path", "content"],
  edit_file: ["path", "old_text", "new_text"],
  run_command: ["command"],
  report_discovery: ["title"],
};

function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function inputName(
  name: string,
  properties: Readonly<Record<string, unknown>>,
): string | undefined {
  if (Object.keys(properties).length === 0) return name;
  return (inputNames[name] ?? [name]).find((candidate) => candidate in properties);
}

/** pi's edit takes a list of replacements in place of one old and one new text. */
function asEditList(
  input: Readonly<Record<string, unknown>>,
  properties: Readonly<Record<string, unknown>>,
): Record<string, unknown> | undefined {
  const itemProperties = member(member(properties["edits"], "items"), "properties");
  const path = inputName("path", properties);
  if (!isRecord(itemProperties) || path === undefined) return undefined;
  const [oldName, newName] = [
    inputName("old_text", itemProperties),
    inputName("new_text", itemProperties),
  ];
  if (oldName === undefined || newName === undefined) return undefined;
  return {
    [path]: input["path"],
    edits: [{ [oldName]: input["old_text"], [newName]: input["new_text"] }],
  };
}

function adaptInput(call: ScenarioCall, tool: DeclaredTool): Record<string, unknown> | undefined {
  const { properties } = tool;
  if (call.tool === "edit_file" && "edits" in properties && !("old_text" in properties)) {
    return asEditList(call.input, properties);
  }
  const adapted: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(call.input)) {
    const target = inputName(name, properties);
    if (target === undefined) {
      if (essential[call.tool].includes(name)) return undefined;
      continue;
    }
    const wantsList = name === "command" && member(properties[target], "type") === "array";
    adapted[target] = wantsList ? ["bash", "-lc", value] : value;
  }
  return adapted;
}

function declared(tools: readonly DeclaredTool[], names: readonly string[]): DeclaredTool[] {
  return names.flatMap((name) =>
    tools.filter((tool) => {
      const lower = tool.name.toLowerCase();
      return lower === name || lower.endsWith(`__${name}`);
    }),
  );
}

/** Listing and searching said as a shell command, for agents that have only a shell for it. */
function asShell(call: ScenarioCall): ScenarioCall | undefined {
  const { path = ".", pattern = "" } = call.input;
  if (typeof path !== "string" || typeof pattern !== "string") return undefined;
  if (call.tool === "list_files") {
    return { ...call, tool: "run_command", input: { command: `ls -1p ${quoteForShell(path)}` } };
  }
  if (call.tool === "search") {
    const command = `grep -rnE -e ${quoteForShell(pattern)} ${quoteForShell(path)}`;
    return { ...call, tool: "run_command", input: { command } };
  }
  return undefined;
}

/** The call in the words of the tools a request declares; `undefined` when none fits. */
export function fitCall(call: ScenarioCall, tools: readonly DeclaredTool[]): ReplyCall | undefined {
  for (const tool of declared(tools, toolNames[call.tool])) {
    const input = adaptInput(call, tool);
    if (input !== undefined) return { name: tool.name, input };
  }
  const shell = asShell(call);
  return shell === undefined ? undefined : fitCall(shell, tools);
}
