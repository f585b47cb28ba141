#!/usr/bin/env node
import { processContext, runProgram } from "@aomori/command";
import { identity, program } from "./program.ts";

process.exit(await runProgram(program, process.argv.slice(2), processContext(process, identity)));
