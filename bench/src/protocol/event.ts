interface Entry {
  readonly type: "entry";
  readonly n: number;
  readonly path: string;
  readonly size: number;
  readonly is_dir: boolean;
  readonly name: string;
}

/** An event that is about 130 bytes as a line. */
export function eventOf(n: number): Entry {
  return {
    type: "entry",
    n,
    path: `/usr/share/doc/packages/file-${n}`,
    size: n * 7,
    is_dir: false,
    name: "a name of some length",
  };
}
