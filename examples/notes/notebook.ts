/** The notes, in one JSON file. */
import { UserError } from "@aomori/protocol";
import { readFile, rename, writeFile } from "node:fs/promises";
import * as z from "zod";
import { Note } from "./operations.ts";

const Content = z.object({ last: z.int(), notes: z.array(Note), keys: z.record(z.string(), Note) });
type Content = z.output<typeof Content>;

async function read(path: string): Promise<Content> {
  try {
    return Content.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") {
      return { last: 0, notes: [], keys: {} };
    }
    const message = `${path} is no notebook; move it away to begin a new one`;
    throw new UserError("config", "NOTEBOOK_UNREADABLE", message, { cause });
  }
}

async function write(path: string, content: Content): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(content));
  await rename(`${path}.new`, path);
}

/** At most `limit` notes behind the one that `after` names. */
export async function page(
  path: string,
  { tag, after, limit }: { tag?: string | undefined; after?: string | undefined; limit: number },
): Promise<{ items: Note[]; next_cursor: string | null }> {
  const { notes } = await read(path);
  const wanted = notes.filter((note) => tag === undefined || note.tag === tag);
  const start = after === undefined ? 0 : wanted.findIndex((note) => note.id === after) + 1;
  if (after !== undefined && start === 0) {
    throw new UserError(
      "validation",
      "CURSOR_EXPIRED",
      `there is no note ${after} to go on behind`,
    );
  }
  const items = wanted.slice(start, start + limit);
  const isLast = start + items.length >= wanted.length;
  return { items, next_cursor: isLast ? null : (items.at(-1)?.id ?? null) };
}

/** The same key again answers with the first note, and says so. */
export async function add(
  path: string,
  note: Omit<Note, "id">,
  key?: string,
): Promise<Note & { replayed?: boolean }> {
  const content = await read(path);
  const before = key === undefined ? undefined : content.keys[key];
  if (before !== undefined) {
    if (before.text === note.text && before.tag === note.tag) {
      return { ...before, replayed: true };
    }
    const message = `key ${key} has added ${before.id}, another note; take a new key`;
    throw new UserError("conflict", "IDEMPOTENCY_KEY_REUSED", message);
  }
  const added = { id: `note_${content.last + 1}`, ...note };
  const keys = key === undefined ? content.keys : { ...content.keys, [key]: added };
  await write(path, { last: content.last + 1, notes: [...content.notes, added], keys });
  return added;
}

export async function find(path: string, id: string): Promise<Note> {
  const found = (await read(path)).notes.find((note) => note.id === id);
  if (found !== undefined) return found;
  throw new UserError(
    "not_found",
    "NOTE_NOT_FOUND",
    `note ${id} not found; "notes note list" lists them`,
  );
}

export async function remove(path: string, id: string): Promise<Note> {
  const removed = await find(path, id);
  const content = await read(path);
  await write(path, { ...content, notes: content.notes.filter((note) => note.id !== id) });
  return removed;
}

export async function count(path: string): Promise<number> {
  return (await read(path)).notes.length;
}
