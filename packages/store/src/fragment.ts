type Value = string | number | boolean | null | readonly (string | number)[];

/**
 * A piece of SQL with its values. Every task's run sends some changes through `OrgTransaction.defer`; put together by a
 * query builder they cost a fifth again of what the database needs for them. Reads are built by kysely.
 */
export class Fragment {
  readonly #strings: readonly string[];
  readonly #values: readonly (Value | Fragment)[];

  /** One string more than values. */
  constructor(strings: readonly string[], values: readonly (Value | Fragment)[]) {
    this.#strings = strings;
    this.#values = values;
  }

  /** The statement, its values numbered. */
  compile(): { readonly text: string; readonly values: readonly Value[] } {
    const values: Value[] = [];
    return { text: this.#write(values), values };
  }

  #write(values: Value[]): string {
    let text = this.#strings[0] ?? "";
    for (const [index, value] of this.#values.entries()) {
      if (value instanceof Fragment) text += value.#write(values);
      else text += `$${values.push(value)}`;
      text += this.#strings[index + 1] ?? "";
    }
    return text;
  }
}

export const fragment = (
  strings: TemplateStringsArray,
  ...values: readonly (Value | Fragment)[]
): Fragment => new Fragment(strings, values);

/** SQL as it is: only what is written in this package, never what comes from outside. */
export const verbatim = (text: string): Fragment => new Fragment([text], []);

export const joined = (parts: readonly Fragment[], separator = ", "): Fragment =>
  new Fragment([...parts.map((_, index) => (index === 0 ? "" : separator)), ""], parts);

const columnNames = new Map<string, string>();

/** A column's name in the database, worked out once for each of the some hundred there are. */
function nameOf(camel: string): string {
  let name = columnNames.get(camel);
  if (name === undefined) {
    name = camel.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    columnNames.set(camel, name);
  }
  return name;
}

/** Values by column, in camelCase. */
type Columns = Readonly<Record<string, Value | undefined>>;

/** `a = $1, b = $2`; what is undefined stays as it is. */
export const assignments = (columns: Columns): Fragment =>
  joined(given(columns).map(([name, value]) => new Fragment([`${name} = `, ""], [value])));

/** `(a, b) values ($1, $2)`; what is undefined gets its default. */
export function columnValues(columns: Columns): Fragment {
  const entries = given(columns);
  const names = entries.map(([name]) => name).join(", ");
  return fragment`(${verbatim(names)}) values (${joined(entries.map(([, value]) => fragment`${value}`))})`;
}

const given = (columns: Columns): (readonly [name: string, value: Value])[] =>
  Object.entries(columns).flatMap(([column, value]) =>
    value === undefined ? [] : [[nameOf(column), value] as const],
  );
