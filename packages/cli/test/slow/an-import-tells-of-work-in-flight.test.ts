import { SpecSettings, fromWire, newId } from "@aomori/contract";
import { insertProject, insertSpec, localOrgId, openStore } from "@aomori/store";
import { homeLayout } from "@aomori/system";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Desk } from "../run-here.ts";

test("an import tells of work in flight whose branches it does not bring", async () => {
  const directory = mkdtempSync(join(tmpdir(), "aomori-import-"));
  using origin = new Desk();
  using target = new Desk();
  const file = join(directory, "store.jsonl");
  const specId = newId("spec", randomBytes);
  const clock = { now: () => Date.now() };
  const layout = homeLayout({ AOMORI_HOME: origin.home });
  const store = await openStore({ home: layout, clock, randomBytes });
  await store.transaction(localOrgId, async (tx) => {
    const project = {
      id: newId("proj", randomBytes),
      name: "shop",
      repository: "/shop",
      defaultBranch: "main",
    };
    const { id: projectId } = await insertProject(tx, project);
    await insertSpec(tx, {
      id: specId,
      projectId,
      title: "Add auth",
      description: "",
      gates: [],
      baseBranch: "main",
      baseCommit: "0123456789",
      integrationBranch: `aomori/${specId}/main`,
      agent: "builtin",
      model: null,
      settings: fromWire(SpecSettings, SpecSettings.parse({})),
      createdBy: "key_0000000000",
    });
  });
  await store.close();
  expect((await origin.run(["store", "export", file])).status).toBe(0);

  const { status, stdout, stderr } = await target.run([
    "store",
    "import",
    file,
    "--format",
    "json",
  ]);
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ specs_in_flight: [specId], tasks_in_flight: 0 });
  expect(stderr).toContain("warning: 1 of the imported specs");
  expect(stderr).toContain(specId);
  expect(stderr).toContain(homeLayout({ AOMORI_HOME: target.home }).clonesDirectory);
  rmSync(directory, { recursive: true });
});
