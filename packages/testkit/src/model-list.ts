import type { Scenario } from "./scenario.ts";

const createdAt = "2026-01-01T00:00:00Z";

/** `GET /v1/models` in the shape of the service whose headers the request bears. */
export function modelList(scenario: Scenario, anthropic: boolean): unknown {
  const names = scenario.models ?? [`scenario-${scenario.name}`];
  if (!anthropic) {
    const created = Date.parse(createdAt) / 1000;
    return {
      object: "list",
      data: names.map((id) => ({ id, object: "model", created, owned_by: "scenario" })),
    };
  }
  return {
    data: names.map((id) => ({
      id,
      type: "model",
      display_name: `${id} (scripted by a scenario; token counts estimated)`,
      created_at: createdAt,
    })),
    has_more: false,
    first_id: names[0] ?? null,
    last_id: names.at(-1) ?? null,
  };
}
