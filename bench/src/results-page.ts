import type { Figure } from "./figure.ts";

const numberText = (value: number | undefined): string =>
  value === undefined ? "–" : String(Number(value.toPrecision(3)));

const spreadText = ([least, most]: readonly [number, number]): string =>
  least === most ? numberText(least) : `${numberText(least)} to ${numberText(most)}`;

/** The page that people read, made of the figures alone. */
export function resultsPage(figures: readonly Figure[]): string {
  return [
    "# Measured",
    "",
    "Written by `npm run bench` from `results.json`; `npm run bench -- --only ID` measures one again.",
    "Every figure and what it is held against were taken in the same run, in turn; the numbers are medians.",
    "",
    "| figure | unit | ours | floor or peer | ratio | target | met |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...figures.map(row),
    "",
    "## What was measured",
    "",
    ...figures.flatMap(paragraph),
    "## Where",
    "",
    ...places(figures),
    "",
  ].join("\n");
}

function row(figure: Figure): string {
  const { id, unit, ours, floor, peer, ratio, target, met } = figure;
  const judged = target === "none" ? "–" : met ? "yes" : "**no**";
  const numbers = [ours, floor ?? peer, ratio].map(numberText).join(" | ");
  return `| ${id} | ${unit} | ${numbers} | ${target} | ${judged} |`;
}

function paragraph({ id, about, runs, spread, date }: Figure): string[] {
  const against =
    spread.against === undefined ? "" : `, the other side ${spreadText(spread.against)}`;
  const times = runs === 1 ? "Once" : `${runs} times`;
  return [
    `- **${id}**: ${about} ${times}, ${date}; ours ${spreadText(spread.ours)}${against}.`,
    "",
  ];
}

function places(figures: readonly Figure[]): string[] {
  const lines = figures.map(({ machine, versions }) => {
    const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
    return `- ${machine}; ${named.join(", ")}`;
  });
  return [...new Set(lines)];
}
