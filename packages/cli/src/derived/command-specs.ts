import type { CommandSpec } from "@aomori/command";
import { buildCatalog } from "../catalog/build-catalog.ts";

/** Every command's plain data, schemas included; a build evaluates this file and puts the result in its place. */
export const commandSpecs: readonly CommandSpec[] = buildCatalog();
