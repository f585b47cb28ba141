import type { CommandHandler } from "@aomori/command";
import { homeLayout, isRecord, readConfig, readCredentials } from "@aomori/system";
import { cellText } from "@aomori/command";
import { fieldsAt, fieldsOf, textsAt } from "../wire/fields.ts";

const variables = [
  "AOMORI_HOME",
  "AOMORI_API_URL",
  "AOMORI_DATABASE_URL",
  "AOMORI_LOG",
  "XDG_CONFIG_HOME",
];

export const handler: CommandHandler = {
  run: async ({ context }) => {
    const layout = homeLayout(context.env);
    const values = await readConfig(layout.configFile);
    const credentials = await readCredentials(layout.credentialsFile);
    const set = variables.filter((name) => (context.env[name] ?? "") !== "");
    return {
      file: layout.configFile,
      home: layout.home,
      values,
      environment: Object.fromEntries(
        set.map((name) => [name, withoutPassword(context.env[name] ?? "")]),
      ),
      logged_in: Object.keys(credentials),
    };
  },
  view: {
    resource: (value, { paint }) => {
      const lines = flat(fieldsAt(value, "values"), "");
      const env = Object.entries(fieldsAt(value, "environment"));
      const logins = textsAt(value, "logged_in");
      return [
        `${paint.dim("# file:")} ${cellText(fieldsOf(value)["file"])}`,
        ...(lines.length === 0 ? [paint.dim("# nothing set: every value has its default")] : lines),
        ...(env.length === 0 ? [] : ["", paint.dim("# from the environment")]),
        ...env.map(([name, set]) => `${name} = ${cellText(set)}`),
        ...(logins.length === 0
          ? []
          : ["", `${paint.dim("# keys stored for:")} ${logins.map(cellText).join(", ")}`]),
        "",
      ].join("\n");
    },
  },
};

function flat(table: Readonly<Record<string, unknown>>, prefix: string): string[] {
  return Object.entries(table).flatMap(([name, value]) =>
    isRecord(value) ? flat(value, `${prefix}${name}.`) : [`${prefix}${name} = ${cellText(value)}`],
  );
}

/** A database URL may carry a password. */
function withoutPassword(text: string): string {
  const url = URL.parse(text);
  if (url === null || url.password === "") return text;
  url.password = "…";
  return url.href;
}
