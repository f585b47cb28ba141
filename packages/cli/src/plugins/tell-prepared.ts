import type { CommandRequest } from "@aomori/command";
import type { PreparedInstall } from "@aomori/plugins";

/** Notices of the manifest, and the documented warning where the policy is passed over. */
export function tellPrepared(
  { tell }: CommandRequest,
  { notices, decision, request }: PreparedInstall,
): void {
  for (const { code, message } of notices) tell({ type: "aoi:warning", code, message });
  const { owner, repository } = request;
  if (decision.decidedBy?.place.scope === "project") {
    const file = decision.decidedBy.place.path ?? "the project's policy";
    const message = `${owner}/${repository} is allowed by ${file}, which came with the working directory`;
    tell({ type: "aoi:warning", code: "ALLOWED_BY_PROJECT", message });
  }
  if (decision.allowed) return;
  const message = `${owner}/${repository} is not allowed by the policy, and --allow-untrusted passes over that; what it runs may do all that you may`;
  tell({ type: "aoi:warning", code: "PLUGIN_NOT_WHITELISTED", message });
}
