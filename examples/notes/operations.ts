/** What the program can do, each once: flags, help, schemas, session mode and MCP tools follow from these. */
import { defineOperation } from "@aomori/operation";
import * as z from "zod";

export const Note = z
  .object({ id: z.string(), text: z.string(), tag: z.string().optional() })
  .meta({ id: "Note" });
export type Note = z.output<typeof Note>;

const NoteEvent = Note.extend({ type: z.literal("note") });
const Audit = z.object({
  type: z.literal("audit"),
  action: z.string(),
  target: z.string(),
  at: z.iso.datetime(),
});
const tag = z.string().regex(/^[a-z]+$/, "takes small letters");

export const listNotes = defineOperation({
  id: "notes.list",
  summary: "List notes",
  input: z.object({
    tag: tag.optional().describe("only those with this tag"),
    limit: z.int().min(1).max(100).default(20).describe("notes on a page"),
    cursor: z.string().optional().describe("next_cursor of the page before"),
  }),
  output: z.object({ items: z.array(Note), next_cursor: z.string().nullable() }),
  scope: null,
  effects: { readOnly: true },
  cli: {
    command: "note list",
    columns: ["id", "text", "tag"],
    examples: ["notes note list --tag home"],
  },
});

export const addNote = defineOperation({
  id: "notes.add",
  summary: "Add a note",
  input: z.object({ text: z.string().min(1), tag: tag.optional() }),
  output: Note.extend({ replayed: z.boolean().optional() }),
  scope: null,
  effects: { readOnly: false, dryRun: true, idempotencyKey: true },
  errors: ["IDEMPOTENCY_KEY_REUSED"],
  cli: {
    command: "note add",
    positionals: ["text"],
    examples: ["notes note add 'water the plants'"],
  },
});

export const removeNote = defineOperation({
  id: "notes.remove",
  summary: "Remove a note",
  input: z.object({ id: z.string() }),
  output: Note,
  scope: null,
  effects: { readOnly: false, destructive: true, dryRun: true },
  errors: ["NOTE_NOT_FOUND"],
  cli: { command: "note remove", positionals: ["id"] },
});

export const tagNotes = defineOperation({
  id: "notes.tag",
  summary: "Put a tag on the notes of another run, and pass them on",
  input: z.object({ tag }),
  events: NoteEvent,
  scope: null,
  effects: { readOnly: true },
  cli: {
    command: "note tag",
    positionals: ["tag"],
    examples: ["notes note list -o jsonl | notes note tag home --input-jsonl - -o jsonl"],
  },
});

export const importNotes = defineOperation({
  id: "notes.import",
  summary: "Add the notes of another run",
  input: z.object({}),
  events: Audit,
  scope: null,
  effects: { readOnly: false, dryRun: true },
  cli: { command: "note import", examples: ["notes note import --input-jsonl notes.jsonl"] },
});
