declare const brand: unique symbol;

type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A GitHub account: letters, digits and single inner hyphens, at most 39 characters. */
export type Owner = Branded<"owner">;
/** A repository's name: letters, digits, `.`, `_`, `-`; at most 100 characters, no leading dot, neither `.git` nor a reserved device name. */
export type Repository = Branded<"repository">;
/** A branch, a tag or a commit as it was asked for; `HEAD` when nobody asked. */
export type Ref = Branded<"ref">;
/** A whole commit id: 40 lower-case hexadecimal digits. */
export type Commit = Branded<"commit">;
/** What a manifest calls its version: one path segment, at most 64 characters, and without the `v` of its tag. */
export type Version = Branded<"version">;
/** The file name of a release's asset: one path segment of letters, digits, `.`, `_`, `+`, `-`. */
export type AssetName = Branded<"asset">;
/** What a plugin is called here, on the command line and on disk: its repository's name, or the name given by `--as`. */
export type PluginName = Branded<"plugin">;
/** 64 lower-case hexadecimal digits. */
export type Sha256 = Branded<"sha256">;
