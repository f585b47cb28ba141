import type { RunSpec } from "../runner/run-spec.ts";
import { withArguments } from "../target.ts";
import type { Probe } from "./probe.ts";
import { ran } from "./probe.ts";
import { budgetMs, unknownFlag, usableBase } from "./stream-probes.ts";

/**
 * Decimal commas, the Turkish i, other digits, odd time zones. Asked for by variables alone: a tool that asks the C
 * library sees a locale only where the machine has it.
 */
export const places: readonly (readonly [locale: string, timeZone: string])[] = [
  ["C", "UTC"],
  ["de_DE.UTF-8", "Asia/Kolkata"],
  ["tr_TR.UTF-8", "America/St_Johns"],
  ["ar_EG.UTF-8", "Pacific/Chatham"],
];

export const locales: Probe = async (context) => {
  const found = await usableBase(context);
  if ("outcome" in found) return found.outcome;
  const { argv } = context.target;
  const deadlineMs = budgetMs(context, found.run);
  const specs = places.map(([locale, timeZone]): RunSpec => {
    const label = `in the locale ${locale} and time zone ${timeZone}`;
    return { label, argv, deadlineMs, env: environment(locale, timeZone) };
  });
  specs.push({
    label: "an unknown flag in the locale tr_TR.UTF-8",
    argv: withArguments(argv, [unknownFlag]),
    about: { failing: "yes" },
    deadlineMs,
    env: environment("tr_TR.UTF-8", "America/St_Johns"),
  });
  return ran(...(await Promise.all(specs.map((spec) => context.run(spec)))));
};

function environment(locale: string, timeZone: string): Record<string, string> {
  return { LC_ALL: locale, LANG: locale, LANGUAGE: locale.slice(0, 2), TZ: timeZone };
}
