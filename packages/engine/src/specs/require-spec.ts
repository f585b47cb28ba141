import type { SpecId } from "@aomori/contract";
import { UserError } from "@aomori/protocol";
import { findSpecRow } from "@aomori/store";
import type { OrgScope, SpecRow } from "@aomori/store";

/** A spec's row; `lock` keeps other decisions about it waiting until the transaction ends. */
export async function requireSpec(
  scope: OrgScope,
  specId: SpecId,
  options: { readonly lock?: boolean } = {},
): Promise<SpecRow> {
  const spec = await findSpecRow(scope, specId, options);
  if (spec !== undefined) return spec;
  throw new UserError(
    "not_found",
    "SPEC_NOT_FOUND",
    `spec ${specId} not found; list specs with "aomori spec list"`,
  );
}
