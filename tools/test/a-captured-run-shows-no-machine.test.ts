import { expect, it } from "vitest";
import { runText } from "../capture-run.ts";

it("a captured run shows no colours, no cursor moves and no path of the machine it ran on", () => {
  const home = "/somewhere/home-1";
  const text = `\u001b[1mspec\u001b[22m in ${home}/.aomori  \n\u001b[2Krepository ${home}/tmp/demo-2\n`;
  expect(runText(text, home)).toBe("spec in ~/.aomori\nrepository $TMPDIR/demo-2");
});

it("a long run keeps its beginning and its end, and says how much is left out", () => {
  const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`);
  const shown = runText(lines.join("\n"), "/home/nobody").split("\n");
  expect(shown.slice(39, 42)).toEqual(["line 39", "  … 30 lines …", "line 70"]);
  expect(shown.at(-1)).toBe("line 99");
});
