import type { Stats } from "node:fs";
import { lstat } from "node:fs/promises";
import { UserError } from "@aomori/protocol";
import { ioError } from "@aomori/system";
import * as z from "zod";
import type { PluginName } from "../names/names.ts";
import { isAbsent, namesIn } from "./durable-files.ts";
import { inspectPlugin } from "./inspect-plugin.ts";
import type { PluginState, SoundPlugin } from "./plugin-state.ts";
import { pluginBroken, pluginNotFound } from "./plugin-errors.ts";
import { pluginLayout } from "./plugin-layout.ts";
import type { PluginsLayout } from "./plugin-layout.ts";
import { pluginName } from "./record-schema.ts";

export interface ListRequest {
  /** Default 100. */
  readonly limit?: number;
  /** How many to leave out. Not together with `cursor`. Default 0. */
  readonly offset?: number;
  /** `next_cursor` of the page before: unlike an offset it holds its place when plugins come and go. */
  readonly cursor?: string;
  /** Only those that have something to look at; broken ones are left out. */
  readonly viewersOnly?: boolean;
}

export interface PluginPage {
  readonly plugins: readonly PluginState[];
  /** Of the whole list, when this page was read. */
  readonly total: number;
  readonly next_offset: number | null;
  readonly next_cursor: string | null;
}

/**
 * A page of the plugins: first whose current version became that last, equal times by name, those without one last. A plugin
 * that is upgraded between two pages moves to the front and is not on the later one. Only the records of the page are
 * read, unless those with a viewer are asked for, which their records say.
 */
export async function listPlugins(
  plugins: PluginsLayout,
  request: ListRequest = {},
): Promise<PluginPage> {
  const { limit = 100, offset = 0, cursor, viewersOnly = false } = request;
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const found = viewersOnly ? await withViewers(plugins) : await placedPlugins(plugins);
  found.sort((a, b) => compare(a.position, b.position));
  const begin =
    after === undefined
      ? offset
      : found.filter(({ position }) => compare(position, after) <= 0).length;
  const shown = found.slice(begin, begin + limit);
  const last = shown.at(-1);
  const end = begin + shown.length;
  const isMore = end < found.length && last !== undefined;
  return {
    plugins: await statesOf(plugins, shown),
    total: found.length,
    next_offset: isMore ? end : null,
    next_cursor: isMore ? cursorOf(last.position) : null,
  };
}

/** A plugin's place in the list, and its state where that had to be read to know it. */
interface Placed {
  readonly position: Position;
  readonly state?: PluginState;
}

async function placedPlugins(plugins: PluginsLayout): Promise<Placed[]> {
  const placed: Placed[] = [];
  for (const name of await namesOfPlugins(plugins)) {
    const atMs = await placedAtMs(plugins, name);
    if (atMs !== undefined) {
      placed.push({ position: { atMs, name } });
      continue;
    }
    const state = await inspectPlugin(plugins, name);
    if (state !== undefined) placed.push({ position: { atMs: -Infinity, name }, state });
  }
  return placed;
}

async function withViewers(plugins: PluginsLayout): Promise<Placed[]> {
  const placed: Placed[] = [];
  for (const state of await allPlugins(plugins)) {
    if (!hasViewer(state)) continue;
    const atMs = (await placedAtMs(plugins, state.name)) ?? -Infinity;
    placed.push({ position: { atMs, name: state.name }, state });
  }
  return placed;
}

/** When the link to the current version was made, or the record of one put there by hand written; undefined where neither is. */
async function placedAtMs(plugins: PluginsLayout, name: PluginName): Promise<number | undefined> {
  const { currentLink, recordLink } = pluginLayout(plugins, name);
  const current = await statsOf(currentLink);
  if (current !== undefined) return current.mtimeMs;
  const record = await statsOf(recordLink);
  return record?.isFile() === true ? record.mtimeMs : undefined;
}

async function statsOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw ioError(error, `cannot look at ${path}`);
  }
}

/** One that was uninstalled since it was placed is left out. */
async function statesOf(
  plugins: PluginsLayout,
  placed: readonly Placed[],
): Promise<readonly PluginState[]> {
  const states: PluginState[] = [];
  for (const { position, state } of placed) {
    const read = state ?? (await inspectPlugin(plugins, position.name));
    if (read !== undefined) states.push(read);
  }
  return states;
}

/** One plugin; undefined when it is not installed, PLUGIN_BROKEN with the reason when it cannot be run. */
export async function getPlugin(
  plugins: PluginsLayout,
  name: PluginName,
): Promise<SoundPlugin | undefined> {
  const state = await inspectPlugin(plugins, name);
  if (state?.status === "broken") throw pluginBroken(name, state.reason);
  return state;
}

/** As `getPlugin`; PLUGIN_NOT_FOUND when it is not installed. */
export async function requirePlugin(
  plugins: PluginsLayout,
  name: PluginName,
): Promise<SoundPlugin> {
  const found = await getPlugin(plugins, name);
  if (found === undefined) throw pluginNotFound(name);
  return found;
}

/** Every plugin, in no order. */
export async function allPlugins(plugins: PluginsLayout): Promise<PluginState[]> {
  const states: PluginState[] = [];
  for (const name of await namesOfPlugins(plugins)) {
    const state = await inspectPlugin(plugins, name);
    if (state !== undefined) states.push(state);
  }
  return states;
}

/** Of what lies there; some of it may be no plugin any more. */
async function namesOfPlugins(plugins: PluginsLayout): Promise<ReadonlySet<PluginName>> {
  const names = new Set<PluginName>();
  for (const present of await namesIn(plugins.directory)) {
    const name = pluginName.safeParse(present.replace(/\.json$/, ""));
    if (name.success) names.add(name.data);
  }
  return names;
}

const hasViewer = (state: PluginState): boolean =>
  state.status !== "broken" && state.record.has_viewer;

interface Position {
  readonly atMs: number;
  readonly name: PluginName;
}

function compare(a: Position, b: Position): number {
  if (a.atMs !== b.atMs) return a.atMs > b.atMs ? -1 : 1;
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}

const cursorOf = ({ atMs, name }: Position): string =>
  Buffer.from(JSON.stringify([Number.isFinite(atMs) ? atMs : null, name])).toString("base64url");

const cursorSchema = z.tuple([z.number().nullable(), pluginName]);

function readCursor(cursor: string): Position {
  const parsed = cursorSchema.safeParse(parseJson(Buffer.from(cursor, "base64url").toString()));
  if (parsed.success) return { atMs: parsed.data[0] ?? -Infinity, name: parsed.data[1] };
  throw new UserError(
    "validation",
    "CURSOR_INVALID",
    `cursor ${JSON.stringify(cursor)} is not one this list gave out; start again without a cursor`,
    { cause: parsed.error },
  );
}

/** Undefined for what is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
