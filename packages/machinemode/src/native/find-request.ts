import { UserError } from "@aomori/protocol";
import type { ByteString } from "../byte-text.ts";
import { toByteString } from "../byte-text.ts";
import type { FileKind } from "./kinds.ts";
import { kindOfLetter } from "./kinds.ts";

export type FindRequest =
  | {
      readonly kind: "native";
      readonly roots: readonly string[];
      readonly followRoots: boolean;
      readonly minDepth: number;
      readonly maxDepth: number;
      readonly kinds: ReadonlySet<FileKind> | undefined;
      readonly names: readonly ((name: ByteString) => boolean)[];
      readonly long: boolean;
    }
  | {
      readonly kind: "channel";
      /** Options and starting points. */
      readonly head: readonly string[];
      /** The expression with `printMark` where its entries are printed. */
      readonly expression: readonly string[];
      readonly long: boolean;
    };

/** Stands for an action that prints, until the format is known. */
export const printMark = "\0print";

const globalOptions = ["-H", "-L", "-P"];
const noArgument = [
  "!",
  "-not",
  "-a",
  "-and",
  "-o",
  "-or",
  ",",
  "(",
  ")",
  "-true",
  "-false",
  "-empty",
  "-executable",
  "-readable",
  "-writable",
  "-nouser",
  "-nogroup",
  "-prune",
  "-quit",
  "-depth",
  "-d",
  "-mount",
  "-xdev",
  "-daystart",
  "-follow",
  "-noleaf",
  "-nowarn",
  "-warn",
  "-ignore_readdir_race",
  "-noignore_readdir_race",
];
const oneArgument = [
  "-name",
  "-iname",
  "-path",
  "-ipath",
  "-wholename",
  "-iwholename",
  "-lname",
  "-ilname",
  "-regex",
  "-iregex",
  "-regextype",
  "-type",
  "-xtype",
  "-size",
  "-perm",
  "-user",
  "-group",
  "-uid",
  "-gid",
  "-links",
  "-inum",
  "-samefile",
  "-fstype",
  "-context",
  "-amin",
  "-cmin",
  "-mmin",
  "-atime",
  "-ctime",
  "-mtime",
  "-used",
  "-newer",
  "-anewer",
  "-cnewer",
  "-maxdepth",
  "-mindepth",
];
const printing = ["-print", "-print0", "-ls"];
const refused: Readonly<Record<string, string>> = {
  "-exec": "it runs other programs",
  "-execdir": "it runs other programs",
  "-ok": "it asks and runs other programs",
  "-okdir": "it asks and runs other programs",
  "-delete": "it deletes; give the paths to machinemode rm",
  "-printf": "every record has all fields; choose with --fields",
  "-fprint": "it writes files",
  "-fprint0": "it writes files",
  "-fprintf": "it writes files",
  "-fls": "it writes files",
  "-files0-from": "it reads another list",
};

interface Split {
  readonly options: readonly string[];
  readonly roots: readonly string[];
  readonly expression: readonly string[];
}

/** Reads find's arguments. Throws UNSUPPORTED_FLAG for what would change files, run programs or print otherwise. */
export function findRequest(argv: readonly string[]): FindRequest {
  const { options, roots, expression } = split(argv);
  const checked = checkedExpression(expression);
  const long = expression.includes("-ls") && checked.printed.includes("-ls");
  return (
    nativeRequest(options, roots, expression, long) ?? {
      kind: "channel",
      head: [...options, ...roots],
      expression: checked.hasAction
        ? checked.words
        : ["(", ...orTrue(checked.words), ")", printMark],
      long,
    }
  );
}

function orTrue(words: readonly string[]): readonly string[] {
  return words.length === 0 ? ["-true"] : words;
}

function split(argv: readonly string[]): Split {
  let index = 0;
  for (; index < argv.length; index += 1) {
    const word = argv[index] ?? "";
    if (word === "-D") index += 1;
    else if (!globalOptions.includes(word) && !/^-O\d$/.test(word)) break;
  }
  const end = argv.findIndex(
    (word, at) => at >= index && (/^-./.test(word) || ["(", ")", "!", ","].includes(word)),
  );
  const from = end === -1 ? argv.length : end;
  const roots = argv.slice(index, from);
  return {
    options: argv.slice(0, index),
    roots: roots.length === 0 ? ["."] : roots,
    expression: argv.slice(from),
  };
}

function checkedExpression(expression: readonly string[]): {
  readonly words: readonly string[];
  readonly printed: readonly string[];
  readonly hasAction: boolean;
} {
  const words: string[] = [];
  const printed: string[] = [];
  for (let index = 0; index < expression.length; index += 1) {
    const word = expression[index] ?? "";
    const why = refused[word];
    if (why !== undefined) throw unsupported(word, why);
    if (printing.includes(word)) {
      printed.push(word);
      words.push(printMark);
    } else if (noArgument.includes(word)) words.push(word);
    else if (oneArgument.includes(word) || /^-newer[aBcm][aBcmt]$/.test(word)) {
      index += 1;
      const value = expression[index];
      if (value === undefined)
        throw new UserError("usage", "MISSING_VALUE", `find ${word} needs a value`);
      words.push(word, value);
    } else throw unsupported(word, "it is not known to the adapter");
  }
  return { words, printed, hasAction: printed.length > 0 };
}

function unsupported(word: string, why: string): UserError {
  return new UserError("usage", "UNSUPPORTED_FLAG", `find ${word} cannot be wrapped: ${why}`, {
    details: { flag: word },
  });
}

/** The request without a child, where the expression is a plain conjunction of depth, type and simple names. */
function nativeRequest(
  options: readonly string[],
  roots: readonly string[],
  expression: readonly string[],
  long: boolean,
): Extract<FindRequest, { readonly kind: "native" }> | undefined {
  if (options.some((option) => option !== "-P" && option !== "-H")) return undefined;
  let minDepth = 0;
  let maxDepth = Infinity;
  let kinds: Set<FileKind> | undefined;
  const names: ((name: ByteString) => boolean)[] = [];
  for (let index = 0; index < expression.length; index += 1) {
    const word = expression[index] ?? "";
    if (
      word === "-a" ||
      word === "-and" ||
      (printing.includes(word) && index === expression.length - 1)
    )
      continue;
    const value = expression[index + 1] ?? "";
    index += 1;
    if (/^-(?:min|max)depth$/.test(word) && /^\d+$/.test(value)) {
      if (word === "-mindepth") minDepth = Number(value);
      else maxDepth = Number(value);
    } else if (word === "-type" && /^[fdlpsbc](,[fdlpsbc])*$/.test(value)) {
      const wanted = value.split(",").map((letter) => kindOfLetter[letter] ?? "unknown");
      kinds = new Set(kinds === undefined ? wanted : wanted.filter((kind) => kinds?.has(kind)));
    } else if (word === "-name" && /^[^[\]\\]+$/.test(value) && value.split("*").length <= 3) {
      names.push(nameMatcher(value));
    } else return undefined;
  }
  return {
    kind: "native",
    roots,
    followRoots: options.at(-1) === "-H",
    minDepth,
    maxDepth,
    kinds,
    names,
    long,
  };
}

/** A glob of literals, `?` and at most two `*` (more could take long); as in find a star takes a leading dot too. `?` is one character, also of several bytes. */
function nameMatcher(glob: string): (name: ByteString) => boolean {
  const anyCharacter = "(?:[\\x00-\\x7f]|[\\xc2-\\xf4][\\x80-\\xbf]{1,3})";
  const parts = Array.from(glob, (character) => {
    if (character === "*") return "[^]*";
    return character === "?" ? anyCharacter : escaped(toByteString(character));
  });
  const pattern = new RegExp(`^${parts.join("")}$`);
  return (name) => pattern.test(name);
}

function escaped(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}/-]/g, "\\$&");
}
