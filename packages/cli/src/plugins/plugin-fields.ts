import type { PluginRecord, PluginState } from "@aomori/plugins";

/** One plugin as lists show it, in wire names. */
export function stateFields(state: PluginState): Readonly<Record<string, unknown>> {
  if (state.status === "broken") {
    const { name, status, reason, path } = state;
    return { name, status, reason, path };
  }
  const { name, status, kind, pinned, path, previous, record } = state;
  return {
    name,
    status,
    kind,
    pinned,
    version: record.version,
    description: record.description,
    ...originFields(record),
    trust: record.trust.level,
    has_viewer: record.has_viewer,
    installed_at: record.installed_at,
    path,
    ...(previous === undefined ? {} : { previous }),
  };
}

/** What an installation, an upgrade or a rollback left. */
export function installedFields(record: PluginRecord): Readonly<Record<string, unknown>> {
  return {
    installed: true,
    name: record.name,
    version: record.version,
    ...originFields(record),
    source: record.source,
    trust: record.trust.level,
    untrusted: record.untrusted,
    assets: record.assets.map(({ name, sha256, size_bytes }) => ({ name, sha256, size_bytes })),
  };
}

function originFields({ origin }: PluginRecord): Readonly<Record<string, unknown>> {
  if (origin.kind === "link") return { directory: origin.directory };
  const { owner, repository, ref, commit } = origin;
  return { owner, repository, ref, commit };
}

/** `owner/repository`, or the directory of a linked plugin. */
export function sourceOf({ origin }: PluginRecord): string {
  return origin.kind === "link" ? origin.directory : `${origin.owner}/${origin.repository}`;
}
