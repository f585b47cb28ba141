import type { ViewTerminal } from "@aomori/command";
import { cellText, padEnd } from "@aomori/command";
import { fieldsAt, fieldsOf, listAt, numberAt, textAt, textsAt } from "../wire/fields.ts";

const labelWidth = 12;

/** What a person asks of a plugin: what runs, where it is from, how sure that is, what it may do. */
export function infoText(value: unknown, { paint }: ViewTerminal): string {
  const fields = fieldsOf(value);
  const row = (label: string, text: string | undefined): string[] =>
    text === undefined || text === ""
      ? []
      : [`${paint.dim(padEnd(label, labelWidth))}${cellText(text)}`];
  return [
    `${paint.bold(cellText(fields["name"]))} ${cellText(fields["version"])}  ${cellText(fields["description"])}`,
    ...row("status", statusText(value)),
    ...row("runs", entryText(value)),
    ...row("from", originText(value)),
    ...row("trust", trustText(value)),
    ...row("may run", commandsText(value)),
    ...row("gets", textsAt(value, "secrets").join(", ")),
    ...row("talks to", textsAt(value, "hosts").join(", ")),
    ...listAt(value, "assets").flatMap((asset) =>
      row(textAt(asset, "role") ?? "asset", assetText(asset)),
    ),
    ...row("author", textAt(value, "author")),
    ...row("licence", textAt(value, "license")),
    ...row("homepage", textAt(value, "homepage")),
    ...row("installed", textAt(value, "installed_at")),
    ...row("in", textAt(value, "path")),
    "",
  ].join("\n");
}

function statusText(value: unknown): string {
  const { status, kind, pinned, untrusted } = fieldsOf(value);
  const previous = textAt(value, "previous");
  return [
    String(status),
    ...(kind === "installed" ? [] : [String(kind)]),
    ...(pinned === true ? ["pinned"] : []),
    ...(untrusted === true ? ["installed against the policy"] : []),
    ...(previous === undefined ? [] : [`can go back to ${previous}`]),
  ].join(", ");
}

function entryText(value: unknown): string {
  const entry = fieldsAt(value, "entry");
  const file = textAt(entry, "file");
  if (file === undefined) return "nothing; it is a viewer";
  const by = textAt(entry, "runtime") ?? textAt(entry, "platform") ?? "";
  return `${file} (${by}), protocol ${numberAt(value, "protocol") ?? 1}`;
}

function originText(value: unknown): string {
  const origin = fieldsAt(value, "origin");
  if (origin["kind"] === "link") return `${textAt(origin, "directory") ?? ""} (linked)`;
  const { owner, repository, ref, commit } = origin;
  return `${String(owner)}/${String(repository)}@${String(ref)}, commit ${String(commit).slice(0, 12)}`;
}

function trustText(value: unknown): string {
  const trust = fieldsAt(value, "trust");
  const signer = fieldsAt(trust, "signer");
  const by = textAt(signer, "key_id") ?? textAt(signer, "subject");
  return `${textAt(trust, "level") ?? "none"}${by === undefined ? "" : ` by ${by}`}`;
}

function commandsText(value: unknown): string {
  const { commands } = fieldsOf(value);
  if (!Array.isArray(commands)) return "commands that only read";
  return commands.length === 0 ? "no command" : commands.map(String).join(", ");
}

function assetText(asset: unknown): string {
  const size = numberAt(asset, "size_bytes") ?? 0;
  return `${textAt(asset, "name") ?? ""}, ${size} bytes, sha256 ${textAt(asset, "sha256") ?? ""}`;
}
