import type { CommandHandler, CommandRequest } from "@aomori/command";
import { UserError } from "@aomori/protocol";
import { ioError } from "@aomori/system";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Connection } from "../connection/connect.ts";
import { call, callFor, connect } from "../connection/connect.ts";
import { planOf } from "../connection/remote-handler.ts";
import { editedText } from "../views/edited-artifact.ts";
import { fieldsOf, listAt, numberAt } from "../wire/fields.ts";

export const handler: CommandHandler = {
  run: async (request) => {
    const { id, phase } = request.input;
    const connection = await connect(request);
    const content = await newContent(request, connection);
    const edit = { id, phase, content };
    const answer = await callFor(request, connection, "specs.edit_artifact", edit);
    return request.flags.dryRun ? planOf(answer) : answer;
  },
  view: { resource: editedText },
};

async function newContent(request: CommandRequest, connection: Connection): Promise<unknown> {
  const { input, context } = request;
  const { file } = input;
  if (file === "-") return parseContent("standard input", await context.stdin.readText());
  if (typeof file === "string") {
    const path = resolve(context.cwd, file);
    const text = await readFile(path, "utf8").catch((error: unknown) => {
      throw ioError(error, `cannot read ${path}`);
    });
    return parseContent(path, text);
  }
  if (!context.stdin.isTty || !context.stdout.isTty) {
    throw new UserError(
      "usage",
      "CONTENT_MISSING",
      "there is no terminal for an editor; give the artefact with --file PATH, or --file - from standard input",
    );
  }
  return await editedContent(request, connection);
}

/** Opens the newest version in the user's editor. */
async function editedContent(request: CommandRequest, connection: Connection): Promise<unknown> {
  const { input, context, signal } = request;
  const { id, phase } = input;
  const answer = await call(connection, "specs.artifacts", { id, phase }, { signal });
  const newest = listAt(answer, "items")
    .toSorted((a, b) => (numberAt(a, "version") ?? 0) - (numberAt(b, "version") ?? 0))
    .at(-1);
  const before = `${JSON.stringify(fieldsOf(newest)["content"] ?? {}, null, 2)}\n`;
  const directory = await mkdtemp(join(tmpdir(), "aomori-edit-"));
  try {
    const path = join(directory, `${String(phase)}.json`);
    await writeFile(path, before, { mode: 0o600 });
    await runEditor(context.env["VISUAL"] || context.env["EDITOR"] || "vi", path, signal);
    const after = await readFile(path, "utf8");
    if (after !== before) return parseContent(path, after);
    throw new UserError(
      "cancelled",
      "NOTHING_CHANGED",
      "the artefact was left as it is; nothing was sent",
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function runEditor(editor: string, path: string, signal: AbortSignal): Promise<void> {
  const [name = "vi", ...args] = editor.split(" ").filter((word) => word !== "");
  return new Promise((done, reject) => {
    const child = spawn(name, [...args, path], { stdio: "inherit", signal });
    child.once("error", (error) =>
      reject(ioError(error, `cannot start the editor ${name}; set EDITOR`)),
    );
    child.once("close", (status) => {
      if (status === 0) return done();
      const message = `the editor ${name} ended with status ${String(status)}; nothing was sent`;
      return reject(new UserError("cancelled", "EDITOR_FAILED", message));
    });
  });
}

function parseContent(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UserError("validation", "MALFORMED_JSON", `${name} is not JSON: ${why}`, { cause });
  }
}
