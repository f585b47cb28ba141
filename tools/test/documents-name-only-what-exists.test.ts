import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkDocuments } from "../check-docs.ts";
import { checkHouse } from "../check-house.ts";
import { floorPicture } from "../floor-picture.ts";
import { readSection, writeSection } from "../marked-section.ts";
import { numbersTable } from "../readme-numbers.ts";
import { plant } from "./planted-repository.ts";

const around = {
  "package.json": '{"scripts":{"check":"true"}}',
  "docs/guide.md": "[home](../README.md#top) and [site](https://example.org/x)\n",
  "packages/git/README.md": "see `src/merge.ts`\n",
  "packages/git/src/merge.ts": "",
};

const messagesFor = (text: string): string[] =>
  checkDocuments(plant({ ...around, "README.md": text })).findings.map(
    ({ file, message }) => `${file}: ${message}`,
  );

describe("the documents gate", () => {
  it("reads every document and passes those that name what is there", () => {
    const text =
      'See docs/guide.md, `packages/*/src`, packages/<p>/src, `npm run check` and {"method":"tools/list"}.\n';
    const root = plant({ ...around, "README.md": text });
    expect(checkDocuments(root)).toEqual({ findings: [], fileCount: 3 });
  });

  it.each([
    ["link", "[gone](docs/gone.md)", "docs/gone.md does not exist"],
    [
      "path in prose",
      "Look at packages/git/src/gone.ts.",
      "packages/git/src/gone.ts does not exist",
    ],
    ["pattern", "all `packages/*/gone`", "packages/*/gone does not exist"],
    ["folder of tests", "in `test/gone`", "test/gone does not exist"],
    ["script", "run `npm run gone`", 'there is no script "npm run gone"'],
  ])("catches a %s that is not there", (_, text, message) => {
    expect(messagesFor(text)).toEqual([`README.md: ${message}`]);
  });

  it("keeps the guide for agents short", () => {
    const root = plant({ ...around, "README.md": "", "AGENTS.md": "line\n".repeat(121) });
    expect(checkDocuments(root).findings).toEqual([
      { file: "AGENTS.md", message: "121 lines, over 120" },
    ]);
  });
});

// Put together, or the gate would find it here.
const mock = ["vi", "mock"].join(".");

describe("the house gate", () => {
  it("catches nameless files, doors that list nothing, mocks of our own code and tests no compiler knows", () => {
    const root = plant({
      "packages/git/src/utils.ts": "export const a = 1;\n",
      "packages/git/src/helpers/b.ts": "export const b = 1;\n",
      "packages/git/src/index.ts": 'export * from "./a.ts";\n',
      "packages/git/test/a.test.ts": `${mock}("../src/a.ts");\n`,
      "packages/git/test/b.test.ts": `${mock}("pg");\n`,
      "packages/git/test/tsconfig.json": "{}",
      "packages/sdk/test/c.test.ts": "",
    });
    const { findings, fileCount } = checkHouse(root);
    expect(fileCount).toBe(6);
    expect(findings.map(({ file }) => file).toSorted()).toEqual([
      "packages/git/src/helpers/b.ts",
      "packages/git/src/index.ts",
      "packages/git/src/utils.ts",
      "packages/git/test/a.test.ts",
      "packages/sdk/test",
    ]);
  });
});

describe("a written section", () => {
  const text = "a\n<!-- x:start -->\nold\n<!-- x:end -->\nb\n";

  it("is replaced, and nothing around it", () => {
    const written = writeSection(text, "x", "new");
    expect(written).toBe("a\n<!-- x:start -->\nnew\n<!-- x:end -->\nb\n");
    expect(readSection(written, "x")).toBe("new\n");
    expect(readSection(text, "y")).toBeUndefined();
    expect(() => writeSection(text, "y", "new")).toThrow("no section y");
  });

  it("draws the highest floor on top and the test kit beside", () => {
    const picture = floorPicture({
      protocol: { floor: 0, mayImport: [] },
      cli: { floor: 1, mayImport: ["protocol"] },
      sdk: { floor: 1, mayImport: ["protocol"] },
      testkit: { floor: "beside", mayImport: [] },
    });
    const drawn = picture
      .split("\n")
      .filter((line) => /[a-z]{3}/.test(line) && !line.includes("`"));
    expect(drawn.map((line) => line.replace(/ *│$/, ""))).toEqual([
      "│ 1   cli   sdk",
      "│ 0   protocol",
      "  an import points down, never up or sideways; beside the house: testkit",
    ]);
  });

  it("copies figures as they were measured, missed ones too", () => {
    const figures = [
      {
        id: "dispatch",
        unit: "ms",
        ours: 12.3456,
        floor: 10,
        ratio: 1.23456,
        target: "<= 50",
        met: true,
      },
      { id: "start", unit: "ms", ours: 40, target: 30, met: false },
    ];
    const root = plant({ "bench/results.json": JSON.stringify(figures) });
    expect(numbersTable(root)?.split("\n").slice(2)).toEqual([
      "| dispatch | ms | 12.3 | 10 | 1.23 | <= 50 | yes |",
      "| start | ms | 40 | – | – | 30 | **no** |",
      "",
    ]);
    expect(numbersTable(plant({}))).toBeUndefined();
    const file = join(root, "bench/results.json");
    writeFileSync(file, readFileSync(file, "utf8").replace('"met":true', '"met":"yes"'));
    expect(() => numbersTable(root)).toThrow("record 0 is not a figure");
  });
});
