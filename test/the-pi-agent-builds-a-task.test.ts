import { createSampleRepository, demoScenarioUrl, loadScenario } from "@aomori/testkit";
import { join } from "node:path";
import { expect, test } from "vitest";
import { followSpec, openWorkshop } from "./workshop.ts";

test("a spec whose tasks the pi agent does ends complete, with its steps recorded", async () => {
  const scenario = await loadScenario(demoScenarioUrl);
  await using workshop = await openWorkshop({ ...scenario, delay_ms: 10 });
  const { client, directory, models } = workshop;
  const repo = join(directory, "pocketbook");
  await createSampleRepository(repo);
  const created = await client.specs.create({
    title: scenario.spec?.title ?? "",
    description: scenario.spec?.description ?? "",
    repo,
    agent: "pi",
    model: "anthropic/scripted",
    baseUrl: `${models.url}/v1`,
    settings: { attemptBackoffMs: 10 },
  });
  const { spec, events } = await followSpec(client, created);
  expect(spec).toMatchObject({ status: "completed", phase: "COMPLETE", agent: "pi" });
  const agents = await Array.fromAsync(client.agents.list({ specId: spec.id }));
  expect(agents.length).toBeGreaterThanOrEqual(14);
  expect(new Set(agents.map((agent) => agent.driver))).toEqual(new Set(["pi"]));
  const [worked] = agents.filter((agent) => agent.executionMode === "implementation");
  const { steps } = await client.agents.getTrajectory(worked?.id ?? "agent_");
  expect(new Set(steps.map((step) => step.type))).toContain("tool_call");
  expect(events.filter((event) => event.type === "task.completed")).toHaveLength(spec.counts.tasks);
  expect(workshop.errors).toEqual([]);
});
