/**
 * Sets or removes one `key = value` line of a TOML text and leaves every other line as it is. A proposal only: it knows
 * tables and one-line values, so the caller parses the result and compares. `assignment` is any `name = value` line whose
 * value is taken; undefined removes. Undefined comes back where it knows no edit.
 */
export function editTomlValue(
  text: string,
  keys: readonly string[],
  assignment: string | undefined,
): string | undefined {
  const lines = text === "" ? [] : text.replace(/\n$/, "").split("\n");
  const key = tomlKey(keys.at(-1) ?? "");
  const table = keys.slice(0, -1).map(tomlKey).join(".");
  const section = findSection(lines, table);
  const newLine =
    assignment === undefined
      ? undefined
      : `${key} = ${assignment.slice(assignment.indexOf("=") + 1).trim()}`;
  if (newLine?.includes("\n") === true) return undefined;
  const at = section === undefined ? -1 : findKey(lines, section, key);
  if (at !== -1) {
    const comment = trailingComment(lines[at] ?? "");
    lines.splice(at, 1, ...(newLine === undefined ? [] : [newLine + comment]));
  } else if (newLine === undefined) {
    return text;
  } else if (section !== undefined) {
    lines.splice(endOfSection(lines, section), 0, newLine);
  } else {
    lines.push(...(lines.length === 0 ? [] : [""]), `[${table}]`, newLine);
  }
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

interface Section {
  /** Index of the first line after the header. */
  readonly start: number;
  /** Index after the last line. */
  readonly end: number;
}

function findSection(lines: readonly string[], table: string): Section | undefined {
  const isHeader = (line: string): boolean => /^\s*\[/.test(line);
  let start = 0;
  if (table !== "") {
    const header = lines.findIndex((line) => headerName(line) === table);
    if (header === -1) return undefined;
    start = header + 1;
  }
  const next = lines.findIndex((line, index) => index >= start && isHeader(line));
  return { start, end: next === -1 ? lines.length : next };
}

function headerName(line: string): string | undefined {
  const name = /^\s*\[([^[\]]+)\]\s*(#.*)?$/.exec(line)?.[1];
  return name?.replaceAll(/\s*\.\s*/g, ".").trim();
}

function findKey(lines: readonly string[], section: Section, key: string): number {
  return lines.findIndex((line, index) => {
    if (index < section.start || index >= section.end) return false;
    const trimmed = line.trimStart();
    return trimmed.startsWith(key) && /^\s*=/.test(trimmed.slice(key.length));
  });
}

/** After the last line of the section that is not blank, so that the gap before the next table stays. */
function endOfSection(lines: readonly string[], section: Section): number {
  let end = section.end;
  while (end > section.start && (lines[end - 1] ?? "").trim() === "") end--;
  return end;
}

/** Only of a line without quotes: in others a `#` may be part of a text. */
function trailingComment(line: string): string {
  return /["']/.test(line) ? "" : (/\s+#.*$/.exec(line)?.[0] ?? "");
}

function tomlKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key);
}
