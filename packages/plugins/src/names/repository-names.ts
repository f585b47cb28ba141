import { UserError } from "@aomori/protocol";
import { fileNameProblem, nameProblem, nameRefused, parseName } from "./name-rule.ts";
import { shown } from "./shown.ts";
import type { NameRule } from "./name-rule.ts";
import type { Owner, PluginName, Ref, Repository } from "./names.ts";
import { headRef, parseRef } from "./refs.ts";

export const ownerRule: NameRule<Owner> = {
  noun: "an owner on GitHub",
  code: "INVALID_OWNER",
  maxLength: 39,
  pattern: /^[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$/,
  shape: "letters, digits and single hyphens between them",
  next: "give the account's name as it stands in the address of its page",
};

const repositoryPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;
const repositoryShape =
  "letters, digits, dots, underscores and hyphens, and must not begin with . or -";

export const repositoryRule: NameRule<Repository> = {
  noun: "a repository's name",
  code: "INVALID_REPOSITORY",
  maxLength: 100,
  pattern: repositoryPattern,
  shape: repositoryShape,
  next: "give the name alone, without owner, address or .git",
  refusal: (text) => (/\.git$/i.test(text) ? "it ends with .git" : fileNameProblem(text)),
};

export const pluginNameRule: NameRule<PluginName> = {
  noun: "a plugin's name",
  code: "INVALID_PLUGIN_NAME",
  maxLength: 100,
  pattern: repositoryPattern,
  shape: repositoryShape,
  next: "choose another with --as NAME",
  refusal: (text) =>
    // NAME.json lies beside the folder NAME.
    /\.json$/i.test(text) ? "it ends with .json" : fileNameProblem(text),
};

const reservedNames = ["aomori", "objectiveai"];

export interface PluginNameOptions {
  /** First words of the host's own commands; a plugin is never called like one. */
  readonly coreCommands?: readonly string[];
}

export interface Coordinates {
  readonly owner: Owner;
  readonly repository: Repository;
  /** `HEAD` when none was asked for. */
  readonly ref: Ref;
}

/** Throws INVALID_OWNER. */
export function parseOwner(text: string): Owner {
  return parseName(ownerRule, text);
}

/** Throws INVALID_REPOSITORY, and RESERVED_REPOSITORY_NAME for the names no plugin may come under. */
export function parseRepository(text: string): Repository {
  const repository = parseName(repositoryRule, text);
  if (isReserved(text, reservedNames)) {
    const next = "rename the repository; a plugin cannot come from one of this name";
    throw reserved(text, "is a name of the host itself", next);
  }
  return repository;
}

/** Throws INVALID_PLUGIN_NAME, and RESERVED_REPOSITORY_NAME for the host's own names and its commands, in any case. */
export function parsePluginName(text: string, options: PluginNameOptions = {}): PluginName {
  const name = parseName(pluginNameRule, text);
  const next = "choose another with --as NAME";
  if (isReserved(text, reservedNames)) throw reserved(text, "is a name of the host itself", next);
  if (isReserved(text, options.coreCommands ?? [])) {
    throw reserved(text, "is a command of the host, and a plugin never hides one", next);
  }
  return name;
}

/** Why a text cannot be what a plugin calls itself in its manifest, or undefined. */
export function ownNameProblem(text: string): string | undefined {
  if (isReserved(text, reservedNames)) return "it is a name of the host itself";
  return nameProblem(pluginNameRule, text);
}

/** Reads `OWNER/REPOSITORY` or `OWNER/REPOSITORY@REF`; throws INVALID_COORDINATES, or the error of the part that is wrong. */
export function parseCoordinates(text: string): Coordinates {
  const at = text.indexOf("@");
  const [path, ref] = at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
  const [owner, repository, ...rest] = path.split("/");
  if (owner === undefined || repository === undefined || rest.length > 0) {
    const form = "write OWNER/REPOSITORY or OWNER/REPOSITORY@REF";
    const message = `${shown(text)} does not name a repository on GitHub; ${form}`;
    throw new UserError("usage", "INVALID_COORDINATES", message, {
      details: { value: shown(text) },
    });
  }
  return {
    owner: parseOwner(owner),
    repository: parseRepository(repository),
    ref: ref === undefined ? headRef : parseRef(ref),
  };
}

function isReserved(text: string, names: readonly string[]): boolean {
  return names.some((name) => name.toLowerCase() === text.toLowerCase());
}

function reserved(text: string, why: string, next: string): UserError {
  const rule = { noun: "free to be taken", code: "RESERVED_REPOSITORY_NAME", next };
  return nameRefused(rule, text, `it ${why}`);
}
