import { describe, expect, test } from "vitest";
import { artifactJsonSchema, artifactSchemas, modelPhases } from "../src/index.ts";

const bare = {
  EXPLORE: {},
  PRD: { user_stories: [{ id: "US-001" }] },
  REQUIREMENTS: { requirements: [{ id: "REQ-001" }] },
  DESIGN: { components: [{ name: "Store" }] },
  TASKS: {
    tickets: [{ id: "TKT-001", title: "One" }],
    tasks: [
      { id: "TSK-001", title: "First" },
      { id: "TSK-002", title: "Second" },
    ],
  },
} as const;

test.each(modelPhases)(
  "%s parses with nothing but its ids, keeps what it does not know, and its result parses again",
  (phase) => {
    const result = artifactSchemas[phase].parse({ ...bare[phase], mood: "hopeful" });
    expect(result).toMatchObject({ ...bare[phase], mood: "hopeful" });
    expect(artifactSchemas[phase].parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
  },
);

test("the lists that carry ids are required, and so are the ids", () => {
  expect(artifactSchemas.TASKS.safeParse({ tickets: [] }).success).toBe(false);
  expect(artifactSchemas.PRD.safeParse({}).success).toBe(false);
  expect(artifactSchemas.REQUIREMENTS.safeParse({ requirements: [{ title: "x" }] }).success).toBe(
    false,
  );
  expect(artifactSchemas.DESIGN.safeParse({ components: [{ name: "" }] }).success).toBe(false);
});

test("two tasks without dependencies share nothing", () => {
  const { tasks } = artifactSchemas.TASKS.parse(bare.TASKS);
  tasks.at(0)?.dependencies.depends_on.push("TSK-002");
  expect(tasks.at(1)?.dependencies.depends_on).toEqual([]);
});

describe("a requirement's priority", () => {
  const read = (priority?: string): unknown =>
    artifactSchemas.REQUIREMENTS.safeParse({
      requirements: [{ id: "R", priority }],
    }).data?.requirements.at(0)?.priority;

  test("is MUST, SHOULD or MAY in whatever words, and MUST where nothing is said", () => {
    for (const word of ["MUST", "must", " Critical ", "high", "SHALL", undefined])
      expect(read(word)).toBe("MUST");
    for (const word of ["SHOULD", "medium"]) expect(read(word)).toBe("SHOULD");
    for (const word of ["MAY", "could", "low"]) expect(read(word)).toBe("MAY");
  });

  test("is refused where the word says nothing", () => {
    expect(read("P0-ish")).toBeUndefined();
  });
});

test("the JSON schema a model is shown names the fields and what is required", () => {
  for (const phase of modelPhases) {
    const schema = artifactJsonSchema(phase);
    expect(schema).toMatchObject({ type: "object" });
    expect(JSON.stringify(schema)).not.toContain("$schema");
  }
  expect(artifactJsonSchema("TASKS")).toMatchObject({
    required: ["tickets", "tasks"],
    properties: { tasks: { items: { required: ["id", "title"] } } },
  });
});
