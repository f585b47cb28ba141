import { isAbsolute, resolve } from "node:path";

import { UserError } from "@aomori/protocol";

declare const source: unique symbol;

/** Where a project is cloned from: an absolute path or a URL that git may open. */
export type RepositorySource =
  | { readonly kind: "path"; readonly path: string & { readonly [source]: true } }
  | { readonly kind: "url"; readonly url: string & { readonly [source]: true } };

/** Parses `--repo`; a relative path is taken from `cwd`. Throws REPOSITORY_SOURCE_INVALID. */
export function repositorySource(text: string, cwd: string): RepositorySource {
  // oxlint-disable-next-line no-control-regex -- a control character is what is refused here
  if (text === "" || text.startsWith("-") || /[\u0000-\u001f]/.test(text)) throw invalid(text);
  if (isUrl(text)) return { kind: "url", url: text };
  if (/^\w[\w+.-]*:(?:\/\/|:)/.test(text)) throw invalid(text);
  const path = isAbsolute(text) ? text : resolve(cwd, text);
  if (isPath(path)) return { kind: "path", path };
  throw invalid(text);
}

/** The text that git takes. */
export function sourceText(from: RepositorySource): string {
  return from.kind === "path" ? from.path : from.url;
}

/** The schemes of git-clone(1), and its short form `user@host:path`. */
function isUrl(text: string): text is string & { readonly [source]: true } {
  return /^(?:https?|ssh|git|file):\/\/\S+$/.test(text) || /^[\w.-]+@[\w.-]+:\S+$/.test(text);
}

function isPath(text: string): text is string & { readonly [source]: true } {
  return isAbsolute(text);
}

function invalid(text: string): UserError {
  return new UserError(
    "validation",
    "REPOSITORY_SOURCE_INVALID",
    `${JSON.stringify(text)} is neither a path nor an https, ssh, git or file URL`,
    { details: { repo: text } },
  );
}
