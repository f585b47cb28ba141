import type { Language, Mutant } from "./mutant.ts";
import { mutants } from "./mutant.ts";
import { pythonBehaviourRows } from "./python-behaviour-mutants.ts";
import { pythonFailureRows } from "./python-failure-mutants.ts";
import { pythonStreamRows } from "./python-stream-mutants.ts";
import { shellRows } from "./shell-mutants.ts";
import { typescriptBehaviourRows } from "./typescript-behaviour-mutants.ts";
import { typescriptStreamRows } from "./typescript-stream-mutants.ts";

/** The good tools the mutants are made from, below examples. */
export const goodTools: Readonly<Record<Language, string>> = {
  typescript: "hello-aoi/hello-aoi.ts",
  python: "hello-aoi/hello-aoi.py",
  shell: "hello-aoi/hello-aoi.sh",
};

export const everyMutant: readonly Mutant[] = [
  ...mutants("python", [...pythonStreamRows, ...pythonFailureRows, ...pythonBehaviourRows]),
  ...mutants("typescript", [...typescriptStreamRows, ...typescriptBehaviourRows]),
  ...mutants("shell", shellRows),
];
