import { didYouMean } from "@aomori/command";
import { UserError } from "@aomori/protocol";
import type { ConfigValue } from "@aomori/system";

/** Of the table `plugins`; docs/configuration.md says what they mean. */
const pluginKeys = [
  "raw_url",
  "releases_url",
  "api_url",
  "proxy",
  "index",
  "min_trust",
  "trusted_root",
  "sandbox",
] as const;

export type PluginKey = (typeof pluginKeys)[number];

/** What may stand in the configuration file, by the name people type; `tables` take any name below them. */
const keys: Readonly<Record<string, readonly string[]>> = {
  "api-url": ["api-url"],
  org: ["org"],
  driver: ["agent"],
  agent: ["agent"],
  model: ["model"],
  "base-url": ["base_url"],
  ...Object.fromEntries(pluginKeys.map((name) => [`plugins.${name}`, ["plugins", name]])),
};
const tables: readonly string[] = ["projects", "limits"];

/** Where a key stands in the file. Throws `CONFIG_KEY_UNKNOWN`, and `CONFIG_KEY_SECRET` for what belongs in credentials. */
export function configPath(key: string): readonly string[] {
  const known = Object.hasOwn(keys, key) ? keys[key] : undefined;
  if (known !== undefined) return known;
  const parts = key.split(".");
  if (parts.length > 1 && tables.includes(parts[0] ?? "") && !parts.includes("")) return parts;
  if (/key|secret|token|password/i.test(key)) {
    throw new UserError(
      "usage",
      "CONFIG_KEY_SECRET",
      `${key} would be a secret, and the configuration holds none; use "aomori login --with-api-key", or ANTHROPIC_API_KEY, OPENAI_API_KEY or OPENROUTER_API_KEY in the environment`,
    );
  }
  const names = [...Object.keys(keys), ...tables.map((table) => `${table}.<name>`)];
  throw new UserError(
    "usage",
    "CONFIG_KEY_UNKNOWN",
    `there is no configuration key "${key}".${didYouMean(key, Object.keys(keys))} Keys: ${names.join(", ")}`,
  );
}

/** Numbers, true, false and JSON lists are stored as such below a table; everything else as text. */
export function configValueOf(path: readonly string[], text: string): ConfigValue {
  if (path.length === 1) return text;
  if (text === "true" || text === "false") return text === "true";
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return Number(text);
  if (!text.startsWith("[")) return text;
  const list = parseList(text);
  if (Array.isArray(list) && list.every((item) => typeof item === "string")) return list;
  throw new UserError(
    "usage",
    "CONFIG_VALUE_INVALID",
    `${text} is not a JSON list of texts; write it as ["npm", "test"]`,
  );
}

function parseList(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
