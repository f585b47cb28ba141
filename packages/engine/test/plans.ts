import { artifactSchemas } from "@aomori/contract";
import type {
  AcceptedArtifacts,
  DesignArtifact,
  RequirementsArtifact,
  TasksArtifact,
} from "@aomori/contract";
import * as fc from "fast-check";

/** What a plan generator and a mutation share: artefacts that stand on each other. */
export interface Planned {
  readonly requirements: RequirementsArtifact;
  readonly design: DesignArtifact;
  readonly tasks: TasksArtifact;
}

export const acceptedOf = ({ requirements, design }: Planned): AcceptedArtifacts => ({
  REQUIREMENTS: requirements,
  DESIGN: design,
});

const number = (index: number): string => String(index + 1).padStart(3, "0");
const requirementId = (index: number): string => `REQ-CART-FUNC-${number(index)}`;

export function requirementsOf(count: number): RequirementsArtifact {
  return artifactSchemas.REQUIREMENTS.parse({
    feature_name: "Cart",
    requirements: Array.from({ length: count }, (_, index) => ({
      id: requirementId(index),
      title: `Requirement ${index}`,
      type: "functional",
      priority: ["MUST", "SHOULD", "MAY"][index % 3],
      text: `WHEN item ${index} is added THE SYSTEM SHALL show it`,
      acceptance_criteria: ["it is shown", "it is counted"],
    })),
    assumptions: ["one currency"],
    out_of_scope: ["payment"],
    traceability: Object.fromEntries(
      Array.from({ length: count }, (_, index) => [requirementId(index), ["US-001"]]),
    ),
  });
}

export const goodDesign: DesignArtifact = artifactSchemas.DESIGN.parse({
  feature_name: "Cart",
  architecture_overview:
    "The cart keeps its lines in memory and tells its listeners of each change. ".repeat(2),
  components: [{ name: "Cart store", type: "module", responsibility: "keeps the lines" }],
  data_models: [{ name: "Line", fields: { sku: "string", count: "number" } }],
  api_endpoints: [{ method: "GET", path: "/cart", description: "the lines" }],
  testing_strategy: { unit_tests: ["adding"], integration_tests: ["a whole purchase"] },
  error_handling: { "unknown sku": "refused" },
  security_considerations: ["input is checked", "no secrets in logs"],
  integration_points: ["the price list"],
});

/** A plan without a fault: tasks wait only for earlier ones, each owns a file, each requirement has its task. */
export function goodPlan(size: number, waits: readonly (readonly [number, number])[]): Planned {
  const requirements = requirementsOf(Math.max(1, Math.ceil(size / 2)));
  const wanted = requirements.requirements;
  const ticketOf = (index: number): string => `TKT-${number(index % 2)}`;
  const dependsOn = (index: number): string[] =>
    waits
      .filter(([a, b]) => a % size !== b % size && Math.max(a % size, b % size) === index)
      .map(([a, b]) => `TSK-${number(Math.min(a % size, b % size))}`);
  const tasks = Array.from({ length: size }, (_, index) => ({
    id: `TSK-${number(index)}`,
    title: `Task ${index}`,
    description: "Builds a part of the cart store",
    parent_ticket: ticketOf(index),
    estimated_hours: 1 + (index % 3),
    files_to_create: [`src/part-${index}.ts`],
    requirements_addressed: [wanted[index % wanted.length]?.id],
    acceptance_criteria: ["its test passes"],
    dependencies: { depends_on: dependsOn(index) },
  }));
  const plan = artifactSchemas.TASKS.parse({
    feature_name: "Cart",
    tickets: Array.from({ length: Math.min(2, size) }, (_, index) => ({
      id: `TKT-${number(index)}`,
      title: `Ticket ${index}`,
      description: "A half of the cart",
      requirements: [wanted[index % wanted.length]?.id],
      tasks: tasks
        .filter((task) => task.parent_ticket === `TKT-${number(index)}`)
        .map(({ id }) => id),
    })),
    tasks,
    critical_path: ["TSK-001"],
    total_estimated_hours: tasks.reduce((sum, task) => sum + task.estimated_hours, 0),
  });
  return { requirements, design: goodDesign, tasks: plan };
}

export const anyGoodPlan: fc.Arbitrary<Planned> = fc
  .tuple(fc.integer({ min: 2, max: 15 }), fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 25 }))
  .map(([size, waits]) => goodPlan(size, waits));
