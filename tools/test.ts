/** `npm test`: the gates of check, then the slow suite; the last line is `N passed, N failed`. */
import { checkGates, runGates, slowSuite } from "./gates.ts";
import { requireNode } from "./require-node.ts";
import { closingLines } from "./tally.ts";
import { untilSignalled } from "./until-signalled.ts";

requireNode();
const { red, tally } = await runGates([...checkGates, slowSuite], untilSignalled(), console.log);
if (red.length > 0) console.log(`RED: ${red.join(", ")}`);
for (const line of closingLines(tally)) console.log(line);
process.exitCode = red.length === 0 ? 0 : 1;
