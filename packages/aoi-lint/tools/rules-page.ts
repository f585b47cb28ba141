import { familyNames } from "../src/family-names.ts";
import { familyOf, inProfile, profiles } from "../src/profile.ts";
import { recipeSchema } from "../src/recipe-schema.ts";
import { rules } from "../src/rules/table.ts";
import { isFields } from "../src/rules/capability.ts";

/** The parts of docs/lint-rules.md that come from the rules and from the recipe's schema, by section. */
export function ruleSections(): Readonly<Record<string, string>> {
  return { rules: ruleTables(), recipe: recipeTable(), profiles: profileTable() };
}

function ruleTables(): string {
  const families = [...new Set(rules.map((rule) => familyOf(rule.id)))];
  return families
    .map((family) => {
      const rows = rules
        .filter((rule) => familyOf(rule.id) === family)
        .map((rule) => {
          const first = profiles.find((profile) => inProfile(rule, profile)) ?? "proposed";
          const source = rule.certainty === "found" ? "standard" : "ours";
          return `| ${rule.id} | ${rule.severity} | ${source} | ${first} | ${cell(rule.title)}. ${cell(rule.explain)} |`;
        });
      return [
        `### ${familyNames[family] ?? family}`,
        "",
        "| rule | severity | from | profile | what a tool does, and why |",
        "| --- | --- | --- | --- | --- |",
        ...rows,
        "",
      ].join("\n");
    })
    .join("\n");
}

function profileTable(): string {
  const rows = profiles.map((profile) => {
    const count = rules.filter((rule) => inProfile(rule, profile)).length;
    return `| ${profile} | ${count} | ${about[profile]} |`;
  });
  return ["| profile | rules | for |", "| --- | --- | --- |", ...rows, ""].join("\n");
}

const about: Readonly<Record<(typeof profiles)[number], string>> = {
  core: "a first look, without a recipe; warnings do not fail",
  strict: "all the standard says, and every rule on signals and exit statuses; warnings fail",
  proposed: "strict and what we propose where the standard is silent; warnings fail",
  "legacy-0.2": "core for streams with the older un-prefixed names",
};

function recipeTable(): string {
  const properties = isFields(recipeSchema["properties"]) ? recipeSchema["properties"] : {};
  const rows = Object.entries(properties).map(([name, schema]) => {
    const description = isFields(schema) ? schema["description"] : undefined;
    return `| \`${name}\` | ${cell(typeof description === "string" ? description : "")} |`;
  });
  return ["| field | what it says |", "| --- | --- |", ...rows, ""].join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
