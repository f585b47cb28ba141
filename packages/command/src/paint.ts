/** Colours and links for one output: a function returns its text unchanged when the output does not take them. */
export interface Paint {
  readonly enabled: boolean;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
  /** Text that opens a URL when it is clicked (OSC 8). */
  readonly link: (text: string, url: string) => string;
}

export function createPaint(enabled: boolean, hasLinks = false): Paint {
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
    link: (text, url) =>
      hasLinks && text !== ""
        ? `\u001b]8;;${encodeURI(url)}\u001b\\${text}\u001b]8;;\u001b\\`
        : text,
  };
}

/** The paint of one output, by its environment and the `--color` flag. */
export function paintFor(env: Environment, isTty: boolean, flag: boolean): Paint {
  return createPaint(wantsColor(env, isTty, flag), wantsLinks(env, isTty));
}

type Environment = Readonly<Record<string, string | undefined>>;

const linkPrograms = /^(?:iTerm\.app|WezTerm|vscode|ghostty|Hyper|Tabby|rio|WarpTerminal)$/;
const linkTerminals = /^(?:xterm-kitty|xterm-ghostty|alacritty|foot|foot-extra)$/;

/** Whether a terminal is known to take links; others would show them as noise. FORCE_HYPERLINK decides where it is set. */
function wantsLinks(env: Environment, isTty: boolean): boolean {
  const { FORCE_HYPERLINK: force, TERM: term = "", TERM_PROGRAM: program = "" } = env;
  if (force !== undefined && force !== "") return force !== "0";
  if (!isTty || term === "dumb") return false;
  return (
    linkPrograms.test(program) ||
    linkTerminals.test(term) ||
    env["WT_SESSION"] !== undefined ||
    Number(env["VTE_VERSION"] ?? 0) >= 5000
  );
}

/** Whether an output gets colour: NO_COLOR and TERM=dumb forbid it, FORCE_COLOR asks for it, a terminal has it. */
function wantsColor(env: Environment, isTty: boolean, flag: boolean): boolean {
  const { NO_COLOR: noColor, FORCE_COLOR: force, TERM: term } = env;
  if (!flag || (noColor !== undefined && noColor !== "")) return false;
  if (force !== undefined && force !== "" && force !== "0") return true;
  return isTty && term !== "dumb";
}
