const wide =
  /^(?:\p{Emoji_Presentation}|\p{Emoji}\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}])/u;
// oxlint-disable-next-line no-control-regex -- plain printable ASCII is what it looks for
const plain = /^[\u0020-\u007e]*$/;
// oxlint-disable-next-line no-control-regex -- the escape character opens a colour or a link
const unseen = /\u001b\[[0-9;]*m|\u001b\]8;;[^\u001b]*\u001b\\/g;

let segmenter: Intl.Segmenter | undefined;

function graphemes(text: string): string[] {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return Array.from(segmenter.segment(text), (part) => part.segment);
}

/** Columns a text takes on a terminal; colours and links take none, East Asian wide characters and emoji two. */
export function textWidth(text: string): number {
  if (plain.test(text)) return text.length;
  const bare = text.replace(unseen, "");
  if (plain.test(bare)) return bare.length;
  return graphemes(bare).reduce((width, grapheme) => width + graphemeWidth(grapheme), 0);
}

/** The text cut to at most `width` columns, ending in `…` when something was cut. Without colours. */
export function truncate(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = "";
  let used = 0;
  for (const grapheme of graphemes(text)) {
    used += graphemeWidth(grapheme);
    if (used > width - 1) break;
    kept += grapheme;
  }
  return width < 1 ? "" : `${kept}…`;
}

export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - textWidth(text)));
}

/** Lines of at most `width` columns, broken at spaces; a longer word has a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && textWidth(longer) > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  if (line !== "") lines.push(line);
  return lines;
}

function graphemeWidth(grapheme: string): number {
  return wide.test(grapheme) ? 2 : 1;
}
