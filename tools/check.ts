/** `npm run check [-- GATE…]`: every gate in turn, or those whose name begins so. */
import { checkGates, runGates } from "./gates.ts";
import { requireNode } from "./require-node.ts";
import { untilSignalled } from "./until-signalled.ts";

requireNode();
const only = process.argv.slice(2);
const chosen = checkGates.filter(
  ({ name }) => only.length === 0 || only.some((prefix) => name.startsWith(prefix)),
);
if (chosen.length === 0) {
  const names = checkGates.map(({ name }) => `"${name}"`).join(", ");
  throw new Error(`no gate is called ${only.join(" or ")}; there are ${names}`);
}
const startedAtMs = performance.now();
const { red } = await runGates(chosen, untilSignalled(), console.log);
const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
console.log(
  red.length === 0
    ? `check: all green on Node ${process.version} in ${seconds} s`
    : `check: RED: ${red.join(", ")} (${seconds} s)`,
);
process.exitCode = red.length === 0 ? 0 : 1;
