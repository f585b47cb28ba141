import { processContext, runProgram } from "@aomori/command";
import { identity } from "./identity.ts";
import { program } from "./program.ts";

// oxlint-disable-next-line unicorn/no-process-exit -- the one place that ends the process, with the command's status
process.exit(await runProgram(program, process.argv.slice(2), processContext(process, identity)));
