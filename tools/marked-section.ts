/** A part of a document that a script writes, between `<!-- name:start -->` and `<!-- name:end -->`. */
interface Section {
  readonly before: string;
  readonly body: string;
  readonly after: string;
}

function findSection(text: string, name: string): Section | undefined {
  const start = `<!-- ${name}:start -->\n`;
  const end = `<!-- ${name}:end -->`;
  const from = text.indexOf(start);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) return undefined;
  const bodyFrom = from + start.length;
  return { before: text.slice(0, bodyFrom), body: text.slice(bodyFrom, to), after: text.slice(to) };
}

/** The section's text without the markers; undefined where the document has no such section. */
export function readSection(text: string, name: string): string | undefined {
  return findSection(text, name)?.body;
}

/** The document with the section's text replaced. Throws where it has no such section. */
export function writeSection(text: string, name: string, body: string): string {
  const section = findSection(text, name);
  if (section === undefined) {
    throw new Error(`no section ${name}; add "<!-- ${name}:start -->" and "<!-- ${name}:end -->"`);
  }
  const whole = body.endsWith("\n") ? body : `${body}\n`;
  return `${section.before}${whole}${section.after}`;
}
