/** Operations and what they do, as a program. */
import type { CommandModule, CommandRequest, Program } from "@aomori/command";
import { Plan, audited, commandFromOperation, operationHandler } from "@aomori/command";
import type { ProgramIdentity } from "@aomori/command";
import { join } from "node:path";
import * as notebook from "./notebook.ts";
import { Note, addNote, importNotes, listNotes, removeNote, tagNotes } from "./operations.ts";

export const identity: ProgramIdentity = {
  name: "notes",
  version: "1.0.0",
  schemaName: "org.example.notes.events",
  schemaVersion: "1.0.0",
  summary: "Keep notes in a file",
};

const inputSchemas = [`${identity.schemaName}@${identity.schemaVersion}`];
const file = ({ context }: CommandRequest): string =>
  context.env["NOTES_FILE"] ?? join(context.cwd, "notes.json");

const modules: readonly CommandModule[] = [
  {
    spec: commandFromOperation(listNotes),
    handler: operationHandler(listNotes, ({ cursor, ...wanted }, request) =>
      notebook.page(file(request), { ...wanted, after: cursor }),
    ),
  },
  {
    spec: commandFromOperation(addNote),
    handler: operationHandler(addNote, (note, request) => {
      if (request.flags.dryRun) return new Plan([{ action: "add", target: note.text }]);
      return notebook.add(file(request), note, request.flags.idempotencyKey);
    }),
  },
  {
    spec: commandFromOperation(removeNote),
    handler: operationHandler(removeNote, async ({ id }, request) => {
      if (!request.flags.dryRun) return await notebook.remove(file(request), id);
      const { text } = await notebook.find(file(request), id);
      return new Plan([{ action: "remove", target: id, text }]);
    }),
  },
  {
    spec: commandFromOperation(tagNotes, { inputSchemas }),
    handler: operationHandler(tagNotes, ({ tag }, request) => tagged(request, tag)),
  },
  {
    spec: commandFromOperation(importNotes, { inputSchemas }),
    handler: operationHandler(importNotes, (_, request) => imported(request)),
  },
];

/** A transformer: what it does not know it leaves alone. */
async function* tagged({ inputEvents }: CommandRequest, tag: string) {
  for await (const event of inputEvents) {
    if (event.type === "note") yield { ...event, ...Note.parse(event), tag };
  }
}

/** A sink: one audit event for every note it adds. */
async function* imported(request: CommandRequest) {
  for await (const event of request.inputEvents) {
    if (event.type !== "note") continue;
    const { id: target, ...note } = Note.parse(event);
    yield await audited(request, { action: "add", target }, () =>
      notebook.add(file(request), note),
    );
  }
}

export const program: Program = {
  commands: modules.map(({ spec: { name, summary } }) => ({ name, summary })),
  load: async (name) => {
    const found = modules.find(({ spec }) => spec.name === name);
    if (found === undefined) throw new TypeError(`no command ${name}`);
    return found;
  },
  loadSpecs: async () => modules.map(({ spec }) => spec),
  loadChecks: async () => [
    {
      name: "notebook",
      run: async (request) => {
        const detail = `${await notebook.count(file(request))} notes in ${file(request)}`;
        return { ok: true, severity: "info", detail };
      },
    },
  ],
};
