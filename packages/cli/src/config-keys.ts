import { didYouMean } from "@aomori/command";
import { UserError } from "@aomori/protocol";
import type { ConfigValue } from "@aomori/system";

/** What may stand in the configuration file, by the name people type; tables take any name below them. */
const keys: Readonly<Record<string, { readonly path: readonly string[]; readonly about: string }>> =
  {
    "api-url": { path: ["api-url"], about: "server to use; the local one when absent" },
    org: { path: ["org"], about: "organisation" },
    driver: { path: ["agent"], about: "driver that runs tasks: builtin, claude or pi" },
    agent: { path: ["agent"], about: "the same" },
    model: { path: ["model"], about: "provider/model" },
    "base-url": { path: ["base_url"], about: "server of that model" },
  };
const tables: readonly string[] = ["projects", "limits"];

/** Where a key stands in the file. Throws `CONFIG_KEY_UNKNOWN`, and `CONFIG_KEY_SECRET` for what belongs in credentials. */
export function configPath(key: string): readonly string[] {
  const known = Object.hasOwn(keys, key) ? keys[key] : undefined;
  if (known !== undefined) return known.path;
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
