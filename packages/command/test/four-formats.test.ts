import { parse as parseYaml } from "yaml";
import { describe, expect, it } from "vitest";
import { shelf, shelfProcess } from "./run-shelf.ts";

const decode = {
  json: (text: string) => JSON.parse(text) as unknown,
  yaml: (text: string) => parseYaml(text) as unknown,
};
const item = { id: "ITM-2", name: "bread", tags: ["fresh"], owner: null };

describe.each(["json", "yaml"] as const)("%s", (format) => {
  const run = async (...argv: string[]) => {
    const start = argv[1] === "exit" ? shelfProcess : shelf;
    const { status, stdout, stderr } = await start(...argv, "--format", format);
    return { status, stderr, value: decode[format](stdout) };
  };

  it("prints the resource itself, and a list as an array", async () => {
    expect(await run("item", "show", "ITM-2")).toEqual({ status: 0, stderr: "", value: item });
    expect((await run("item", "list", "--cursor", "2")).value).toHaveLength(3);
    expect((await run("item", "list", "--limit", "0")).value).toEqual([]);
  });

  it("prints a stream as an array, also an empty one", async () => {
    expect((await run("item", "count", "--count", "2")).value).toEqual([
      { type: "item.counted", n: 0, summary: "counted 0" },
      { type: "item.counted", n: 1, summary: "counted 1" },
    ]);
    expect((await run("item", "count", "--count", "0")).value).toEqual([]);
    expect((await run("item", "count", "--limit", "1")).value).toHaveLength(1);
  });

  it("prints an error as {error}, and says it on stderr", async () => {
    const { status, stderr, value } = await run("item", "show", "ITM-9");
    expect(status).toBe(66);
    expect(value).toMatchObject({ error: { code: "ITEM_NOT_FOUND", category: "not_found" } });
    expect(stderr).toBe(
      'error: item ITM-9 not found; list items with "shelf item list" (ITEM_NOT_FOUND)\n',
    );
  });

  it("closes an array that a crash interrupts, with the error in it", async () => {
    const { status, value } = await run("item", "exit");
    expect(status).toBe(70);
    expect(value).toEqual([
      { type: "item.counted", n: 0 },
      { error: expect.objectContaining({ code: "ENDED_EARLY" }) },
    ]);
  });

  it("prints a plan under plan", async () => {
    expect((await run("item", "delete", "ITM-1", "--dry-run")).value).toEqual({
      plan: [{ action: "delete", target: "ITM-1" }],
    });
    expect((await run("item", "delete", "ITM-1", "--yes")).value).toMatchObject({ id: "ITM-1" });
  });

  it("hides secrets by name and by value, on stderr too", async () => {
    expect(await run("item", "secret")).toEqual({
      status: 0,
      stderr: "the word is [redacted]\n",
      value: { note: "[redacted]", api_key: "[redacted]" },
    });
  });
});

describe("table", () => {
  const run = async (...argv: string[]) => await shelf(...argv, "--format", "table");

  it("aligns a page under its columns and says on stderr that there is more", async () => {
    expect(await run("item", "list")).toEqual({
      status: 0,
      stdout:
        "ID     NAME    TAGS\nITM-1  apple   fresh\nITM-2  bread   fresh\nITM-3  cheese  fresh\n",
      stderr: "more (6 in all): add --cursor 2\n",
    });
    expect((await run("item", "list", "--quiet")).stderr).toBe("");
    expect((await run("item", "list", "--limit", "0", "--cursor", "2")).stdout).toBe("");
  });

  it("shows a resource field by field, a stream line by line, a plan as what it would do", async () => {
    expect((await run("item", "show", "ITM-2")).stdout).toBe(
      "id     ITM-2\nname   bread\ntags   fresh\nowner\n",
    );
    expect((await run("item", "count", "--count", "1")).stdout).toBe("item.counted counted 0\n");
    expect((await run("item", "delete", "ITM-1", "--dry-run")).stdout).toBe("would delete ITM-1\n");
    expect(await run("item", "check")).toMatchObject({
      status: 1,
      stdout: "ok    level\nfail  load  too much\n",
    });
  });

  it("keeps errors off stdout, and stacks for --verbose", async () => {
    expect(await run("item", "throw")).toEqual({
      status: 70,
      stdout: "",
      stderr: "error: x is undefined (INTERNAL)\n",
    });
    expect((await run("item", "throw", "-v")).stderr).toContain(
      "TypeError: x is undefined\n    at ",
    );
  });
});

it("is json when piped, unless the answer is made for a person or a shell", async () => {
  expect(JSON.parse((await shelf("item", "show", "ITM-2")).stdout)).toEqual(item);
  expect((await shelf("--version")).stdout).toBe("shelf 1.2.3\n");
  expect((await shelf("item", "list", "--help")).stdout).toMatch(/^List items\.\n/);
  expect((await shelf("completion", "bash")).stdout).toMatch(/^# bash completion of shelf/);
});
