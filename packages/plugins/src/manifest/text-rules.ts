import { shown } from "../names/shown.ts";
import { commandsNeverGranted } from "./commands-never-granted.ts";

/** Controls, and the marks that make a terminal show text in another order than it has. */
const unfit = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/; // eslint-disable-line no-control-regex -- they are what is looked for

export function textProblem(text: string): string | undefined {
  const found = unfit.exec(text)?.[0];
  if (found === undefined) return text.trim() === "" ? "it is blank" : undefined;
  const point = found.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  return `it holds U+${point}, which has no place in one line of text`;
}

export const commandPattern = /^[a-z][a-z0-9-]*(?: [a-z][a-z0-9-]*){0,3}(?: \*)?$/;

export function commandProblem(text: string): string | undefined {
  if (!commandPattern.test(text)) {
    return `${shown(text)} is not a command: write its words as in "task show", or "task *" for all of a noun`;
  }
  const [noun] = text.split(" ");
  const isNever = commandsNeverGranted.includes(noun ?? "");
  return isNever ? `${shown(text)} is never granted to a plugin: leave it out` : undefined;
}

export const secretPattern = /^[A-Z][A-Z0-9_]*$/;

/** Variables that steer how programs are found, loaded and trusted, or that are the host's own. */
const secretsNeverGiven = [
  /^(?:PATH|HOME|USER|LOGNAME|SHELL|PWD|TMPDIR|TEMP|TMP|IFS|ENV|BASH_ENV|PS4|PROMPT_COMMAND)$/,
  /^(?:COMSPEC|PATHEXT|SYSTEMROOT|WINDIR|APPDATA|LOCALAPPDATA|USERPROFILE)$/,
  /^(?:LD|DYLD|MALLOC|GLIBC|XDG|AOMORI)_/,
  /^(?:GCONV_PATH|LOCPATH|PYTHON[A-Z]+|PERL5?[A-Z]+|RUBYOPT|RUBYLIB|JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS)$/,
  /^(?:SSL_CERT_FILE|SSL_CERT_DIR|CURL_CA_BUNDLE|REQUESTS_CA_BUNDLE|OPENSSL_CONF|SSLKEYLOGFILE)$/,
  /^NODE_(?!AUTH_TOKEN$)/,
  /^GIT_(?!TOKEN$|PASSWORD$)/,
];

export function secretProblem(text: string): string | undefined {
  if (!secretPattern.test(text)) {
    return `${shown(text)} is not the name of a variable: write capitals, digits and underscores, beginning with a capital`;
  }
  return secretsNeverGiven.some((pattern) => pattern.test(text))
    ? `${text} is never handed to a plugin: it steers other programs or belongs to the host; leave it out`
    : undefined;
}

const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
export const hostPattern: RegExp = new RegExp(
  `^(?:${label}(?:\\.${label})*|\\*(?:\\.${label}){2,})(?::[1-9][0-9]{0,4})?$`,
);

export function hostProblem(text: string): string | undefined {
  const port = Number(/:(\d+)$/.exec(text)?.[1] ?? 1);
  if (hostPattern.test(text) && port <= 65_535) return undefined;
  return `${shown(text)} is not a host: write a name in lower case as in "api.example.com", "*.example.com" or "localhost:8080"`;
}

export const routePathPattern = /^(?:\/[A-Za-z0-9_~:-][A-Za-z0-9._~:-]*)+\/?$|^\/$/;

export function routePathProblem(text: string): string | undefined {
  return routePathPattern.test(text)
    ? undefined
    : `${shown(text)} is not a route: it begins with / and has parts of letters, digits and . _ ~ : - that do not begin with a dot`;
}

export function homepageProblem(text: string): string | undefined {
  const isAddress = /^https?:\/\/[!-~]+$/.test(text) && URL.canParse(text);
  const url = isAddress ? new URL(text) : undefined;
  return url !== undefined && url.username === "" && url.password === ""
    ? undefined
    : `${shown(text)} is not an address of a page: it begins with https:// or http:// and carries no password`;
}
