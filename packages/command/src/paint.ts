/** Colours for one output: every function returns its text unchanged when colour is off. */
export interface Paint {
  readonly enabled: boolean;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

export function createPaint(enabled: boolean): Paint {
  const style = (on: number, off: number) => (text: string) =>
    enabled && text !== "" ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return {
    enabled,
    bold: style(1, 22),
    dim: style(2, 22),
    red: style(31, 39),
    green: style(32, 39),
    yellow: style(33, 39),
    cyan: style(36, 39),
  };
}

/** Whether an output gets colour: NO_COLOR and TERM=dumb forbid it, FORCE_COLOR asks for it, a terminal has it. */
export function wantsColor(
  env: Readonly<Record<string, string | undefined>>,
  isTty: boolean,
  flag: boolean,
): boolean {
  const { NO_COLOR: noColor, FORCE_COLOR: force, TERM: term } = env;
  if (!flag || (noColor !== undefined && noColor !== "")) return false;
  if (force !== undefined && force !== "" && force !== "0") return true;
  return isTty && term !== "dumb";
}
