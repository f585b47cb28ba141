const shownLength = 80;

/** A text from outside for a message: quoted, cut, and with whatever is not printable ASCII as an escape. */
export function shown(text: string): string {
  return printable(JSON.stringify(cut(text, shownLength)));
}

/** The same for a text that is a message already, of a parser that quotes what it read: not quoted again, and longer. */
export function printable(text: string): string {
  return cut(text, 4 * shownLength).replaceAll(
    /[^\x20-\x7e…]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
