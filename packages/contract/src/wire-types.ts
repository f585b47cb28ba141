/** `snake_case` to `camelCase`, in types. */
export type CamelKey<Key> = Key extends `${infer Head}_${infer Tail}`
  ? Head extends ""
    ? Key
    : `${Head}${Capitalize<CamelKey<Tail> & string>}`
  : Key;

/** Whatever JSON can say. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | JsonValue[]
  | { [key: string]: JsonValue };

/** A wire shape as TypeScript code sees it: keys in camelCase, user-made maps (`Record<string, …>`) with their keys untouched, free JSON as it is. */
export type Camel<T> = JsonValue extends T
  ? T
  : T extends readonly (infer Item)[]
    ? Camel<Item>[]
    : T extends object
      ? { [Key in keyof T as CamelKey<Key>]: Camel<T[Key]> }
      : T;
