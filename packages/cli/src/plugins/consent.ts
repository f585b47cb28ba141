import type { CommandRequest } from "@aomori/command";
import type { PluginRecord, PreparedInstall } from "@aomori/plugins";
import { UserError, sanitizeForTerminal } from "@aomori/protocol";
import { sourceOf } from "./plugin-fields.ts";

/** Asked when everything is downloaded and proven and nothing is installed yet. */
export type Consent = (record: PluginRecord) => Promise<void>;

/**
 * Where the policy is passed over and somebody sits at a terminal: what will run, from where, with which hash, and a yes.
 * Elsewhere the flag alone is enough, and nobody is asked. Throws `NOT_CONFIRMED`.
 */
export function consentOf(
  command: CommandRequest,
  { decision }: PreparedInstall,
): Consent | undefined {
  const { flags, context, signal, prose } = command;
  const canAsk = context.stdin.isTty && context.stderr.isTty && flags.format !== "jsonl";
  if (decision.allowed || flags.yes || !canAsk) return undefined;
  return async (record) => {
    for (const line of consentLines(record)) prose.note(sanitizeForTerminal(line));
    const answer = await context.stdin.ask("Install it? [y/N] ", { signal });
    if (/^(?:y|yes)$/i.test(answer.trim())) return;
    throw new UserError("cancelled", "NOT_CONFIRMED", "not confirmed; nothing was installed");
  };
}

function consentLines(record: PluginRecord): readonly string[] {
  const { name, version, source, entry, assets, trust, commands, secrets, hosts } = record;
  const runs =
    entry === undefined
      ? "nothing: it is a viewer"
      : entry.kind === "native"
        ? `a native program for ${entry.platform}`
        : `a script, with ${entry.runtime}`;
  return [
    `${name} ${version} from ${sourceOf(record)}, which the policy does not allow`,
    `  manifest   ${source}`,
    `  runs       ${runs}, as you, on this machine`,
    `  trust      ${trust.level}`,
    ...assets.map(
      (asset) =>
        `  ${asset.role.padEnd(10)} ${asset.url} (${asset.size_bytes} bytes)\n             sha256 ${asset.sha256}`,
    ),
    `  may run    ${commands === undefined ? "commands that only read" : commands.join(", ") || "no command"}`,
    ...(secrets.length === 0 ? [] : [`  is given   ${secrets.join(", ")} of your environment`]),
    ...(hosts.length === 0 ? [] : [`  talks to   ${hosts.join(", ")}`]),
  ];
}
