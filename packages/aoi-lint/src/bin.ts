#!/usr/bin/env node
import { processContext } from "@aomori/command";
import { identity, runLintProgram } from "./cli/program.ts";

// oxlint-disable-next-line unicorn/no-process-exit -- the one place that ends the process, with the command's status
process.exit(await runLintProgram(process.argv.slice(2), processContext(process, identity)));
