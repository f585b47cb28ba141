import { describe, expect, it } from "vitest";
import { checkFloors } from "../check-floors.ts";
import type { FloorTable } from "../floors.ts";
import { plant } from "./planted-repository.ts";

const table: FloorTable = {
  protocol: { floor: 0, mayImport: [], isBare: true },
  server: { floor: 1, mayImport: ["protocol"] },
  cli: { floor: 2, mayImport: ["protocol"], mayLoadLate: ["server"] },
};

const sound = {
  "packages/protocol/package.json": "{}",
  "packages/protocol/src/index.ts": "export const version = 1;\n",
  "packages/server/package.json": '{"dependencies":{"@aomori/protocol":"1.0.0","fastify":"5.0.0"}}',
  "packages/server/src/index.ts": 'import { version } from "@aomori/protocol";\n',
  "packages/cli/package.json": '{"dependencies":{"@aomori/server":"1.0.0"}}',
  "packages/cli/src/index.ts": 'const { start } = await import("@aomori/server");\n',
};

/** What the gate says of the sound repository with these files put over it. */
function messagesWith(files: Readonly<Record<string, string>>): string[] {
  const { findings } = checkFloors(plant({ ...sound, ...files }), table);
  return findings.map(({ file, message }) => `${file}: ${message}`);
}

describe("the floors gate", () => {
  it("counts every file of a sound repository and finds nothing", () => {
    expect(checkFloors(plant(sound), table)).toEqual({ findings: [], fileCount: 3 });
  });

  it.each([
    ["import", 'import { start } from "@aomori/server";\n'],
    ["import of a type", 'import type { Server } from "@aomori/server";\n'],
    ["import of several lines", 'import {\n  start,\n} from "@aomori/server";\n'],
    ["import for its effect", 'import "@aomori/server";\n'],
    ["re-export", 'export { start } from "@aomori/server/openapi";\n'],
    ["late import", 'await import("@aomori/server");\n'],
  ])("catches an upward %s", (_, text) => {
    expect(messagesWith({ "packages/protocol/src/deep/up.ts": text })).toEqual([
      "packages/protocol/src/deep/up.ts: protocol (floor 0) may not import server",
    ]);
  });

  it("lets the command line load the server late, and only late", () => {
    const early = 'import { start } from "@aomori/server";\n';
    expect(messagesWith({ "packages/cli/src/start.ts": early })).toEqual([
      'packages/cli/src/start.ts: cli may load server only by "await import()"',
    ]);
  });

  it("knows the command line by its published name", () => {
    expect(
      messagesWith({ "packages/server/src/up.ts": 'import { main } from "aomori";\n' }),
    ).toEqual(["packages/server/src/up.ts: server (floor 1) may not import cli"]);
  });

  it("catches a way round a door, in tests too", () => {
    const through = 'import { x } from "../../server/src/x.ts";\n';
    const message = "../../server/src/x.ts is outside the package; import it by the package's name";
    expect(
      messagesWith({
        "packages/cli/src/round.ts": through,
        "packages/cli/test/round.test.ts": through,
        "packages/cli/test/shared.test.ts": 'import { y } from "../../server/test/y.ts";\n',
      }),
    ).toEqual([
      `packages/cli/src/round.ts: ${message}`,
      `packages/cli/test/round.test.ts: ${message}`,
    ]);
  });

  it("lets tests import what they need by name", () => {
    const text = 'import { start } from "@aomori/server";\n';
    expect(messagesWith({ "packages/protocol/test/speaks.test.ts": text })).toEqual([]);
  });

  it("holds manifests against the table, and a bare package against having any dependency", () => {
    expect(
      messagesWith({
        "packages/protocol/package.json": '{"dependencies":{"zod":"4.0.0"}}',
        "packages/server/package.json":
          '{"dependencies":{"@aomori/protocol":"1.0.0","aomori":"1.0.0"}}',
        "packages/server/test/whole.test.ts": 'import { main } from "aomori";\n',
      }),
    ).toEqual([
      "packages/protocol/package.json: protocol may not depend on zod",
      "packages/server/package.json: server may not depend on aomori",
    ]);
  });

  it("fails on one of our packages that is imported and not declared, or declared and not imported", () => {
    expect(
      messagesWith({
        "packages/server/package.json": "{}",
        "packages/cli/package.json":
          '{"dependencies":{"@aomori/protocol":"1.0.0"},"devDependencies":{"@aomori/server":"1.0.0"}}',
      }),
    ).toEqual([
      "packages/cli/package.json: cli declares protocol and does not import it",
      "packages/server/package.json: server imports protocol and does not declare it",
    ]);
  });

  it("fails on a package that only one side knows", () => {
    const root = plant({ ...sound, "packages/attic/package.json": "{}" });
    const { findings } = checkFloors(root, { ...table, cellar: { floor: 0, mayImport: [] } });
    expect(findings).toEqual([
      { file: "packages/attic", message: "package attic is not in tools/floors.ts" },
      { file: "tools/floors.ts", message: "there is no package packages/cellar" },
    ]);
  });

  it("fails on a package without source", () => {
    const root = plant({ ...sound, "packages/attic/package.json": "{}" });
    const { findings } = checkFloors(root, { ...table, attic: { floor: 3, mayImport: [] } });
    expect(findings).toEqual([
      { file: "packages/attic/package.json", message: "the package has no source" },
    ]);
  });
});
