import { createReadStream } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";

import { UserError } from "@aomori/protocol";
import { errnoOf, isRecord } from "@aomori/system";

import { pluginsLayout } from "../../installed/plugin-layout.ts";
import type { RunEnded, RunId, RunStarted } from "./run-record.ts";
import { recordSuffix } from "./run-record.ts";

/** A run as its record tells of it, in wire names. */
export interface RecordedRun extends Omit<RunStarted, "type">, Partial<Omit<RunEnded, "type">> {
  /** `unfinished`: under way, or its host was killed. */
  readonly status: "succeeded" | "failed" | "unfinished";
}

export interface RunPage {
  readonly runs: readonly RecordedRun[];
  /** Of all runs that match. */
  readonly total: number;
  /** Absent on the last page. */
  readonly next_cursor?: string;
}

export interface ListRunsOptions {
  readonly limit: number;
  /** `next_cursor` of the page before: runs that began meanwhile move nothing. */
  readonly cursor?: string;
  readonly plugin?: string;
}

/** The first line of a record is much shorter, its last one too. */
const edgeBytes = 64 * 1024;

const isRunId = (id: string): id is RunId => /^run_[0-9a-z]+$/.test(id);

/** Newest first. */
export async function listRuns(
  pluginsDirectory: string,
  { limit, cursor, plugin }: ListRunsOptions,
): Promise<RunPage> {
  if (cursor !== undefined && !isRunId(cursor)) {
    throw new UserError(
      "validation",
      "INVALID_CURSOR",
      `${JSON.stringify(cursor)} is no cursor of this list`,
    );
  }
  const directory = pluginsLayout(pluginsDirectory).runsDirectory;
  const ids = await runIds(directory);
  const read = async (id: RunId): Promise<RecordedRun[]> => {
    const run = await readRun(directory, id);
    return run !== undefined && (plugin === undefined || run.plugin === plugin) ? [run] : [];
  };
  // Only a filter has to look into every record.
  const matching = plugin === undefined ? ids : (await eachOf(ids, read)).map(({ id }) => id);
  const rest = cursor === undefined ? matching : matching.filter((id) => id < cursor);
  const shown = rest.slice(0, limit);
  const last = shown.at(-1);
  return {
    runs: await eachOf(shown, read),
    total: matching.length,
    ...(last === undefined || rest.length <= limit ? {} : { next_cursor: last }),
  };
}

/** RUN_NOT_FOUND (not_found). */
export async function showRun(pluginsDirectory: string, id: string): Promise<RecordedRun> {
  const directory = pluginsLayout(pluginsDirectory).runsDirectory;
  const run = isRunId(id) ? await readRun(directory, id) : undefined;
  if (run === undefined) throw runNotFound(id);
  return run;
}

/** The kept lines of a run as they were written, `run.started` and `run.ended` left out; the bytes come in chunks of whole and of half lines. */
export async function* replayRun(
  pluginsDirectory: string,
  id: string,
): AsyncGenerator<Buffer, void, undefined> {
  const run = await showRun(pluginsDirectory, id);
  const file = fileOf(pluginsLayout(pluginsDirectory).runsDirectory, run.id);
  const { start, end } = await linesWithin(file, run.status !== "unfinished");
  if (end <= start) return;
  for await (const chunk of createReadStream(file, { start, end: end - 1 })) {
    if (Buffer.isBuffer(chunk)) yield chunk;
  }
}

const fileOf = (directory: string, id: RunId): string => join(directory, `${id}${recordSuffix}`);

const runNotFound = (id: string): UserError =>
  new UserError(
    "not_found",
    "RUN_NOT_FOUND",
    `there is no run ${JSON.stringify(id)}; list those that are kept with "aomori plugins runs list"`,
  );

async function runIds(directory: string): Promise<RunId[]> {
  try {
    const names = await readdir(directory);
    return names
      .filter((name) => name.endsWith(recordSuffix))
      .map((name) => name.slice(0, -recordSuffix.length))
      .filter(isRunId)
      .sort()
      .reverse();
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}

async function eachOf(
  ids: readonly RunId[],
  read: (id: RunId) => Promise<RecordedRun[]>,
): Promise<RecordedRun[]> {
  const found: RecordedRun[] = [];
  for (const id of ids) found.push(...(await read(id)));
  return found;
}

/** Undefined when there is none, or none that says what it is: it was forgotten meanwhile, or its host died at once. */
async function readRun(directory: string, id: RunId): Promise<RecordedRun | undefined> {
  const edges = await readEdges(fileOf(directory, id));
  const first = parse(edges?.first);
  if (edges === undefined || first["type"] !== "run.started") return undefined;
  const { plugin, version, argv, cwd, started_at: startedAt } = first;
  if (typeof plugin !== "string" || typeof version !== "string" || !Array.isArray(argv))
    return undefined;
  const last = parse(edges.last);
  const { type, ...ended } = last;
  const isEnded = type === "run.ended";
  return {
    id,
    plugin,
    version,
    argv: argv.map(String),
    cwd: String(cwd),
    started_at: String(startedAt),
    status: isEnded ? (ended["exit_code"] === 0 ? "succeeded" : "failed") : "unfinished",
    ...(isEnded ? ended : {}),
  };
}

interface Edges {
  readonly first: string;
  readonly last: string;
  readonly sizeBytes: number;
}

async function readEdges(file: string): Promise<Edges | undefined> {
  try {
    await using handle = await open(file);
    const { size: sizeBytes } = await handle.stat();
    const head = Buffer.alloc(Math.min(edgeBytes, sizeBytes));
    await handle.read(head, 0, head.length, 0);
    const tail = Buffer.alloc(head.length);
    await handle.read(tail, 0, tail.length, sizeBytes - tail.length);
    const end = head.indexOf("\n");
    const whole = tail.subarray(0, tail.lastIndexOf("\n"));
    return {
      first: head.toString("utf8", 0, Math.max(0, end)),
      last: whole.toString("utf8", whole.lastIndexOf("\n") + 1),
      sizeBytes,
    };
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

async function linesWithin(
  file: string,
  isEnded: boolean,
): Promise<{ readonly start: number; readonly end: number }> {
  const edges = await readEdges(file);
  if (edges === undefined) return { start: 0, end: 0 };
  const lastBytes = isEnded ? Buffer.byteLength(edges.last) + 1 : 0;
  return { start: Buffer.byteLength(edges.first) + 1, end: edges.sizeBytes - lastBytes };
}

function parse(line: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line ?? "");
    return isRecord(value) ? value : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
