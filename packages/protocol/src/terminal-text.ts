/** Whole escape sequences: OSC, DCS, SOS, PM and APC strings with their terminator, CSI, and two-byte escapes. */
const sequences =
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  /(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)|(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b[ -/]*[0-~]/g;
const controls =
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
/** Characters that reorder text on screen, so that it reads as something else than it says. */
const reordering = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

export interface SanitizeOptions {
  /** Line breaks and tabs become one space each. */
  readonly singleLine?: boolean;
  /** In UTF-16 units; a cut text ends in `…`. */
  readonly maxLength?: number;
}

/**
 * Text from outside made safe to show on a terminal: no escape sequences, control characters or
 * bidirectional overrides; line breaks and tabs stay. Idempotent.
 */
export function sanitizeForTerminal(text: string, options: SanitizeOptions = {}): string {
  let clean = text
    .replace(/\r\n/g, "\n")
    .replace(sequences, "")
    .replace(controls, "")
    .replace(reordering, "")
    .toWellFormed();
  if (options.singleLine === true) clean = clean.replace(/[\n\t\u2028\u2029]/g, " ");
  const { maxLength } = options;
  if (maxLength === undefined || clean.length <= maxLength) return clean;
  return `${clean.slice(0, Math.max(0, maxLength - 1)).replace(/[\ud800-\udbff]$/, "")}…`;
}
