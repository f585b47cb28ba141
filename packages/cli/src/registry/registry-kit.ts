import { shippedDirectory } from "./shipped-place.ts";

// oxlint-disable-next-line typescript/consistent-type-imports -- a package that is only loaded late is not imported above
export type RegistryKit = typeof import("@aomori/aoi-lint") & { readonly shippedDirectory: string };

/** The only door to the registry and the linter: loaded by the commands that need them, so that no other pays. */
export async function loadRegistryKit(): Promise<RegistryKit> {
  return { ...(await import("@aomori/aoi-lint")), shippedDirectory };
}
