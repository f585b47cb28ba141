/** Writes the generated parts of docs/lint-rules.md. */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { replaceSection, ruleSections } from "./rules-page.ts";

const path = resolve(import.meta.dirname, "../../../docs/lint-rules.md");
let text = readFileSync(path, "utf8");
for (const [name, body] of Object.entries(ruleSections())) text = replaceSection(text, name, body);
writeFileSync(path, text);
console.log("docs/lint-rules.md: written");
