import type { PlannedAction } from "@aomori/command";
import type { PreparedInstall } from "@aomori/plugins";

/** What an installation would do, with what it would run and what that may do. */
export function planOf(
  prepared: PreparedInstall,
  mode: "install" | "upgrade",
): readonly PlannedAction[] {
  const { request, commit, manifest, release, assets, entry, decision } = prepared;
  const downloads = assets.map(({ name, role }) => ({
    action: "download",
    target: name,
    role,
    size_bytes: release?.assets.get(name)?.sizeBytes ?? null,
    sha256: manifest.sha256[name] ?? null,
  }));
  const { commands = null, secrets, hosts } = manifest;
  return [
    ...downloads,
    {
      action: mode,
      target: request.name,
      version: manifest.version,
      commit,
      runs: entry.kind,
      commands,
      secrets,
      hosts,
      allowed: decision.allowed,
    },
  ];
}
