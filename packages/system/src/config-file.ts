import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";

import { UserError } from "@aomori/protocol";

import { malformedFile, readTextFile, writeFileAtomic } from "./atomic-write.ts";
import { editTomlValue } from "./edit-toml.ts";
import { isRecord } from "./is-record.ts";

/** A value as TOML can hold it; dates are kept as text by writing them as text. */
export type ConfigValue = string | number | boolean | readonly ConfigValue[];

/** The parsed file: nested tables whose leaves the reader checks. */
export type ConfigTable = Readonly<Record<string, unknown>>;

/** The whole config file, empty when there is none; MALFORMED_FILE names the line that is not TOML. */
export async function readConfig(path: string): Promise<ConfigTable> {
  const text = await readTextFile(path);
  // The parser is loaded for who has a file only.
  return text === undefined ? {} : parseToml(path, text);
}

/** One value by its path of keys; undefined when it or a table above it is missing. */
export function configValue(config: ConfigTable, keys: readonly string[]): unknown {
  let current: unknown = config;
  for (const key of keys) {
    if (!isRecord(current) || !Object.hasOwn(current, key)) return undefined;
    current = current[key];
  }
  return current;
}

/**
 * Sets one value and writes the file atomically (mode as given, 0644 by default); undefined removes it.
 * Comments and order are kept, except where a value spans lines or sits in an inline table: then the file is written anew.
 */
export async function setConfigValue(
  path: string,
  keys: readonly string[],
  value: ConfigValue | undefined,
  options: { readonly mode?: number } = {},
): Promise<void> {
  checkKeys(keys);
  const text = (await readTextFile(path)) ?? "";
  const { stringify } = await import("smol-toml");
  const wanted = withValue(await parseToml(path, text), keys, value, path);
  const edited = editTomlValue(
    text,
    keys,
    value === undefined ? undefined : stringify({ v: value }),
  );
  const kept = edited !== undefined && (await means(edited, wanted));
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(path, kept ? edited : stringify(wanted), options);
}

async function parseToml(path: string, text: string): Promise<ConfigTable> {
  const { parse } = await import("smol-toml");
  try {
    return parse(text);
  } catch (error) {
    throw malformedFile(path, error instanceof Error ? error.message : String(error), error);
  }
}

async function means(text: string, wanted: ConfigTable): Promise<boolean> {
  const { parse, TomlError } = await import("smol-toml");
  try {
    return isDeepStrictEqual(toPlain(parse(text)), toPlain(wanted));
  } catch (error) {
    if (error instanceof TomlError) return false;
    throw error;
  }
}

/** The parser's tables have no prototype and ours do; the comparison is about the values. */
function toPlain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function withValue(
  table: ConfigTable,
  keys: readonly string[],
  value: ConfigValue | undefined,
  path: string,
): ConfigTable {
  const [key, ...rest] = keys;
  if (key === undefined) return table;
  const { [key]: old, ...others } = table;
  if (rest.length === 0) return value === undefined ? others : { ...table, [key]: value };
  if (old !== undefined && !isRecord(old)) {
    throw new UserError(
      "validation",
      "CONFIG_KEY_IS_A_VALUE",
      `${key} in ${path} is a value, so ${keys.join(".")} cannot be set under it; remove ${key} first`,
    );
  }
  if (old === undefined && value === undefined) return table;
  return { ...table, [key]: withValue(old ?? {}, rest, value, path) };
}

function checkKeys(keys: readonly string[]): void {
  if (keys.length === 0 || keys.some((key) => key === "" || key === "__proto__")) {
    throw new UserError(
      "usage",
      "CONFIG_KEY_INVALID",
      `config key ${JSON.stringify(keys.join("."))} is not a dotted path of names`,
    );
  }
}
