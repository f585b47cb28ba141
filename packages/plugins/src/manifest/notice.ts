import { didYouMean } from "@aomori/protocol";
import { fieldPath } from "../json/strict-json.ts";

/** Something about a manifest that is no error and that whoever wrote or installs it should know. */
export interface ManifestNotice {
  readonly code:
    | "UNKNOWN_FIELD"
    | "SPELLING_VARIANT"
    | "IGNORED_FIELD"
    | "OLDER_MANIFEST"
    | "UNUSED_HASH"
    | "UNUSED_ROUTES"
    | "LIBC_MAY_DIFFER"
    | "TRANSLATED_PROGRAM";
  /** `binaries.linux-x86_64`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

/** A notice per field that nobody reads. */
export function unknownFields(
  value: Readonly<Record<string, unknown>>,
  known: readonly string[],
  above: readonly PropertyKey[] = [],
): readonly ManifestNotice[] {
  return Object.keys(value)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const path = fieldPath([...above, name]);
      const message = `${path} is no field of a manifest and was passed over.${didYouMean(name, known)}`;
      return { code: "UNKNOWN_FIELD", path, message };
    });
}

export function ignoredField(path: string, why: string): ManifestNotice {
  return { code: "IGNORED_FIELD", path, message: `${path} was passed over: ${why}` };
}
