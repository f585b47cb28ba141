import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { openApiDocument } from "@aomori/server/openapi";

const run = promisify(execFile);
const testkit = fileURLToPath(new URL("../../../testkit/package.json", import.meta.url));

/** A program of a package that only testkit has installed. */
function program(name: string, path: string): string {
  return join(dirname(createRequire(testkit).resolve(`${name}/package.json`)), path);
}

it("what openapi-typescript makes of the document is strict TypeScript that fits the API", async () => {
  const folder = await mkdtemp(join(tmpdir(), "aomori-openapi-"));
  try {
    await writeFile(join(folder, "openapi.json"), JSON.stringify(openApiDocument("0.1.0")));
    const types = join(folder, "api.ts");
    const generator = program("openapi-typescript", "bin/cli.js");
    await run(process.execPath, [generator, join(folder, "openapi.json"), "--output", types]);
    await writeFile(
      join(folder, "use.ts"),
      `import type { components, paths } from "./api.ts";
type Created = paths["/api/specs"]["post"]["responses"]["201"]["content"]["application/json"];
type Query = NonNullable<paths["/api/tasks"]["get"]["parameters"]["query"]>;
export const title = (spec: Created): string => spec.title;
export const phase = (spec: components["schemas"]["Spec"]): "TASKS" | string => spec.phase;
export const query: Query = { limit: 5, status: "done" };
export const input: paths["/api/specs"]["post"]["requestBody"]["content"]["application/json"] = {
  title: "t",
  description: "d",
  repo: "/r",
  settings: { threshold: 0.5 },
};
// @ts-expect-error a title is required
export const wrong: typeof input = { description: "d", repo: "/r" };
`,
    );
    const compiler = program("typescript", "bin/tsc");
    const flags = ["--strict", "--noEmit", "--target", "es2022", "--module", "nodenext"];
    const files = [types, join(folder, "use.ts")];
    const compiled = await run(
      process.execPath,
      [compiler, ...flags, "--allowImportingTsExtensions", ...files],
      { cwd: folder },
    ).catch((error: unknown) => error as { stdout: string });
    expect(compiled.stdout).toBe("");
    expect(await readFile(types, "utf8")).toContain('"specs.create"');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
