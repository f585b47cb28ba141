import { drawerRows } from "./drawer-mutants.ts";
import type { Mutant } from "./mutant.ts";
import { mutants } from "./mutant.ts";
import { pythonBehaviourRows } from "./python-behaviour-mutants.ts";
import { pythonFailureRows } from "./python-failure-mutants.ts";
import { pythonStreamRows } from "./python-stream-mutants.ts";
import { shellRows } from "./shell-mutants.ts";
import { typescriptBehaviourRows } from "./typescript-behaviour-mutants.ts";
import { typescriptStreamRows } from "./typescript-stream-mutants.ts";

export const everyMutant: readonly Mutant[] = [
  ...mutants("python", [...pythonStreamRows, ...pythonFailureRows, ...pythonBehaviourRows]),
  ...mutants("drawer", drawerRows),
  ...mutants("typescript", [...typescriptStreamRows, ...typescriptBehaviourRows]),
  ...mutants("shell", shellRows),
];
