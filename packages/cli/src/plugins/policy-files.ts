import type { CommandContext } from "@aomori/command";
import type { PolicyFile, PolicyList, PolicyPlace, PolicyRow } from "@aomori/plugins";
import { UserError } from "@aomori/protocol";
import type { HomeLayout } from "@aomori/system";
import { dirname, join } from "node:path";

const fileName = "plugin-policy.json";

/** Whose policies count here: the machine's, the user's, and that of the project in the working directory. */
export function policyFiles(
  { configFile }: Pick<HomeLayout, "configFile">,
  { cwd }: Pick<CommandContext, "cwd">,
): readonly PolicyFile[] {
  return [
    { scope: "system", path: join("/etc/aomori", fileName) },
    { scope: "user", path: join(dirname(configFile), fileName) },
    { scope: "project", path: join(cwd, ".aomori", fileName) },
  ];
}

/** A row in wire names; its id is what `plugins policy remove` takes. */
export function rowFields(row: PolicyRow, place: PolicyPlace): Readonly<Record<string, unknown>> {
  const { scope, list, index, path } = place;
  return {
    id: scope === "builtin" ? "builtin" : `${scope}:${list}:${index}`,
    effect: list,
    ...row,
    ...(path === undefined ? {} : { file: path }),
  };
}

export interface RowPlace {
  readonly file: PolicyFile;
  readonly list: PolicyList;
  readonly index: number;
}

/** Throws `POLICY_ROW_NOT_FOUND` for what is no id of a row in one of the files. */
export function rowPlace(id: string, files: readonly PolicyFile[]): RowPlace {
  const [, scope, list, index] = /^(user|project|system):(allow|deny):(\d{1,6})$/.exec(id) ?? [];
  const file = files.find((each) => each.scope === scope);
  if (file !== undefined && (list === "allow" || list === "deny")) {
    return { file, list, index: Number(index) };
  }
  const why =
    id === "builtin"
      ? "comes with the program; add a row with --deny to overrule it"
      : "is no row's id";
  throw new UserError(
    "not_found",
    "POLICY_ROW_NOT_FOUND",
    `${JSON.stringify(id)} ${why}; "aomori plugins policy list" shows the ids, such as user:allow:0`,
  );
}
