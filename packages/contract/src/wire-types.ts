/** `snake_case` to `camelCase`, in types. */
export type CamelKey<Key> = Key extends `${infer Head}_${infer Tail}`
  ? Head extends ""
    ? Key
    : `${Head}${Capitalize<CamelKey<Tail> & string>}`
  : Key;

/** A wire shape as TypeScript code sees it: keys in camelCase, user-made maps (`Record<string, …>`) with their keys untouched. */
export type Camel<T> = T extends readonly (infer Item)[]
  ? Camel<Item>[]
  : T extends object
    ? { [Key in keyof T as CamelKey<Key>]: Camel<T[Key]> }
    : T;
