import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { dispatch, inner } from "./dispatching.ts";
import { installPlugin, newFolder } from "./installing.ts";

let plugins: string;
let folder: string;
beforeAll(() => {
  plugins = newFolder();
  folder = newFolder();
  installPlugin(plugins, { name: "says", language: "sh", source: 'cat "$1"\n' });
});

const notification = (value: unknown) => ({ type: "notification", value });

/** What the plugin writes, and what the host makes of it; a text is a notification with just that text. */
interface Case {
  readonly about: string;
  readonly wrote: string | Buffer;
  readonly becomes: readonly unknown[];
}

const same = (about: string, wrote: string): Case => ({
  about,
  wrote: `${wrote}\n`,
  becomes: [notification(wrote)],
});

const documented: readonly Case[] = [
  {
    about: "a notification",
    wrote: '{"type":"notification","hello":"world"}\n',
    becomes: [notification({ hello: "world" })],
  },
  { about: "one without members", wrote: '{"type":"notification"}\n', becomes: [notification({})] },
  {
    about: "one whose type comes last",
    wrote: '{"a":1,"b":[2],"type":"notification"}\n',
    becomes: [notification({ a: 1, b: [2] })],
  },
  {
    about: "one whose type stands in the middle, with white space",
    wrote: ' { "a" : 1 , "type" : "notification" , "b" : 2 } \n',
    becomes: [notification({ a: 1, b: 2 })],
  },
  {
    about: "one with a member called value",
    wrote: '{"type":"notification","value":{"value":1}}\n',
    becomes: [notification({ value: { value: 1 } })],
  },
  {
    about: "a type further in, which is none",
    wrote: '{"type":"notification","inner":{"type":"error","fatal":true}}\n',
    becomes: [notification({ inner: { type: "error", fatal: true } })],
  },
  {
    about: "a type with escapes",
    wrote: '{"ty\\u0070e":"\\u006eotification","a":1}\n',
    becomes: [notification({ a: 1 })],
  },
  ...["info", "warn", "error"].map((level) => ({
    about: `an error of level ${level}`,
    wrote: `{"type":"error","level":"${level}","fatal":false,"message":"m"}\n`,
    becomes: [{ type: "error", level, fatal: false, message: "m" }],
  })),
  {
    about: "an error whose message is any JSON, with a member of its own",
    wrote: '{"type":"error","level":"warn","fatal":false,"message":{"a":[null]},"hint":1}\n',
    becomes: [{ type: "error", level: "warn", fatal: false, message: { a: [null] }, hint: 1 }],
  },
  {
    about: "a message that is null",
    wrote: '{"type":"error","level":"info","fatal":false,"message":null}\n',
    becomes: [{ type: "error", level: "info", fatal: false, message: null }],
  },
];

const unparseable: readonly Case[] = [
  same("plain text", "starting up"),
  same("a scalar", "42"),
  same("a string", '"text"'),
  same("null", "null"),
  same("an array", '[{"type":"notification"}]'),
  same("an object without a type", '{"hello":"world"}'),
  same("an empty object", "{}"),
  same("an unknown type", '{"type":"banana"}'),
  same("the host's begin", '{"type":"begin"}'),
  same("the host's end", '{"type":"end"}'),
  same("a framework event", '{"type":"aoi:summary","ok":true}'),
  same("a type that is no string", '{"type":1}'),
  same("a type that is null", '{"type":null,"a":1}'),
  same("two types", '{"type":"notification","type":"notification"}'),
  same("two types, one escaped", '{"type":"notification","\\u0074ype":"error"}'),
  same("an error without a level", '{"type":"error","fatal":false,"message":"m"}'),
  same("an error without fatal", '{"type":"error","level":"info","message":"m"}'),
  same("an error without a message", '{"type":"error","level":"info","fatal":false}'),
  same(
    "an error of an unknown level",
    '{"type":"error","level":"debug","fatal":false,"message":1}',
  ),
  same("fatal that is no boolean", '{"type":"error","level":"info","fatal":"true","message":1}'),
  same("a command without one", '{"type":"command"}'),
  same("a command as an array, which is protocol 2", '{"type":"command","id":"1","argv":["a"]}'),
  same("a progress, which is protocol 2", '{"type":"progress","done":1}'),
  same("half an object", '{"type":"notification","a":'),
  same("two objects", '{"type":"notification"}{"type":"notification"}'),
  same("single quotes", "{'type':'notification'}"),
  same("a trailing comma", '{"type":"notification","a":1,}'),
  same("a control character in a string", '{"type":"notification","a":"\u0001"}'),
  same("a terminal's escape sequence", "\u001b[31mred\u001b[0m"),
  same("a mark of byte order", '\ufeff{"type":"notification"}'),
  same("a lone carriage return inside", "progress 10%\rprogress 20%"),
];

const bytes = (...parts: readonly (string | number)[]): Buffer =>
  Buffer.concat(
    parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.of(part))),
  );

const edges: readonly Case[] = [
  { about: "nothing", wrote: "", becomes: [] },
  { about: "a blank line", wrote: "\n", becomes: [notification("")] },
  { about: "blank lines", wrote: "\n\n\r\n", becomes: ["", "", ""].map(notification) },
  {
    about: "CRLF",
    wrote: '{"type":"notification","a":1}\r\ntext\r\n',
    becomes: [notification({ a: 1 }), notification("text")],
  },
  {
    about: "a last line without a newline",
    wrote: 'text\n{"type":"notification","a":1}',
    becomes: [notification("text"), notification({ a: 1 })],
  },
  { about: "a last text without a newline", wrote: "text", becomes: [notification("text")] },
  { about: "a last CR without a newline", wrote: "text\r", becomes: [notification("text")] },
  { about: "NUL", wrote: bytes("a", 0, "b\n", 0, "\n"), becomes: ["a\0b", "\0"].map(notification) },
  {
    about: "NUL in a string",
    wrote: bytes('{"type":"notification","a":"', 0, '"}\n'),
    becomes: [notification('{"type":"notification","a":"\0"}')],
  },
  {
    about: "bytes that are no UTF-8, in a text",
    wrote: bytes("caf", 0xe9, "\n"),
    becomes: [notification("caf\ufffd")],
  },
  {
    about: "bytes that are no UTF-8, in a notification",
    wrote: bytes(
      '{"type":"notification","a":"',
      0xff,
      0xfe,
      '"}\n{"type":"notification","b":"é"}\n',
    ),
    becomes: [notification({ a: "\ufffd\ufffd" }), notification({ b: "é" })],
  },
  {
    about: "a character cut by the end",
    wrote: bytes("x", 0xf0, 0x9f, 0x98),
    becomes: [notification("x\ufffd")],
  },
];

describe("protocol 1", () => {
  it.each([...documented, ...unparseable, ...edges])("$about", async ({ wrote, becomes }) => {
    const file = join(folder, "case");
    writeFileSync(file, wrote);
    const { status, lines } = await dispatch(plugins, "says", [file]);
    expect(lines).toEqual([{ type: "begin" }, ...becomes, { type: "end" }]);
    expect(status).toBe(0);
  });

  it("passes on numbers, names and escapes byte by byte", async () => {
    const members =
      '"big":123456789012345678901234567890,"e":1e999,"f":1.10,"a":1,"a":2,"s":"\\ud800\\u0041\\/"';
    const deep = `"deep":${"[".repeat(20_000)}${"]".repeat(20_000)}`;
    writeFileSync(
      join(folder, "exact"),
      `{"type":"notification",${members}}\n{"type":"notification",${deep}}\n`,
    );
    const { text } = await dispatch(plugins, "says", [join(folder, "exact")]);
    expect(text).toBe(
      `{"type":"begin"}\n{"type":"notification","value":{${members}}}\n{"type":"notification","value":{${deep}}}\n{"type":"end"}\n`,
    );
  });

  it("joins a line that comes in pieces", async () => {
    const source =
      'printf \'{"type":"notif\'; sleep 0.1; printf \'ication","a":"\\303\'; sleep 0.1; printf \'\\251"}\\n\'\n';
    installPlugin(plugins, { name: "pieces", language: "sh", source });
    const { lines } = await dispatch(plugins, "pieces");
    expect(inner(lines)).toEqual([notification({ a: "é" })]);
  });

  it("cuts a line over the limit and says so", async () => {
    writeFileSync(join(folder, "long"), `before\n${"é".repeat(3000)}\nafter\n${"x".repeat(5000)}`);
    const { status, lines } = await dispatch(plugins, "says", [join(folder, "long")], {
      limits: { maxLineBytes: 4096 },
    });
    expect(status).toBe(0);
    expect(inner(lines)).toMatchObject([
      notification("before"),
      notification("é".repeat(512)),
      {
        type: "error",
        level: "warn",
        fatal: false,
        code: "LINE_TRUNCATED",
        details: { size_bytes: 6000 },
      },
      notification("after"),
      notification("x".repeat(1024)),
      { code: "LINE_TRUNCATED", details: { size_bytes: 5000 } },
    ]);
  });

  it("says the same lines between meta and summary as events", async () => {
    writeFileSync(join(folder, "both"), 'text\n{"type":"notification","a":1}\n');
    const { status, lines } = await dispatch(plugins, "says", [join(folder, "both")], {
      format: "jsonl",
    });
    expect(status).toBe(0);
    expect(lines).toMatchObject([
      { type: "aoi:meta", args: ["says", join(folder, "both")] },
      { type: "begin" },
      notification("text"),
      notification({ a: 1 }),
      { type: "end" },
      { type: "aoi:summary", ok: true, count: 4, error_count: 0, exit_code: 0 },
    ]);
  });
});
