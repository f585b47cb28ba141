import type { SpecId } from "@aomori/contract";
import { UserError } from "@aomori/protocol";
import { findSpecRow } from "@aomori/store";
import type { OrgScope, SpecRow } from "@aomori/store";

export async function requireSpec(scope: OrgScope, specId: SpecId): Promise<SpecRow> {
  const spec = await findSpecRow(scope, specId);
  if (spec !== undefined) return spec;
  throw new UserError(
    "not_found",
    "SPEC_NOT_FOUND",
    `spec ${specId} not found; list specs with "aomori spec list"`,
  );
}
