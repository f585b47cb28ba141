import { padEnd, wrap } from "@aomori/command";
import type { StreamedEvent, View, ViewTerminal } from "@aomori/command";
import { sanitizeForTerminal } from "@aomori/protocol";
import { familyNames } from "../family-names.ts";
import { familyOf } from "../profile.ts";

/** What a person sees: a line per family, findings with how to see them again, the numbers, and what to do next. */
export function lintView(): View {
  const view = new LintView();
  return { event: (event, terminal) => view.show(event, terminal) };
}

/** For a report on stdout: nothing but its text. */
export function reportView(): View {
  return {
    event: (event) => (event.type === "report_text" ? text(event["text"]) : undefined),
  };
}

/** Findings of a rule; more of them say little more. */
const maxShown = 2;

class LintView {
  readonly #notVerified = new Map<string, string[]>();
  #family = "";
  #checks: StreamedEvent[] = [];

  show(event: StreamedEvent, terminal: ViewTerminal): string | undefined {
    if (event.type === "rule") return explained(event, terminal);
    if (event.type === "aoi:check") return this.#check(event, terminal);
    if (event.type === "report") return `${this.#flush(terminal)}${this.#end(event, terminal)}`;
    if (event.type === "aoi:artifact") {
      return `${this.#flush(terminal)}wrote ${text(event["path"])}`;
    }
    return undefined;
  }

  #check(event: StreamedEvent, terminal: ViewTerminal): string | undefined {
    const family = familyOf(text(event["name"]));
    const done = family === this.#family ? "" : this.#flush(terminal);
    this.#family = family;
    this.#checks.push(event);
    if (event["verdict"] === "not_verified") {
      const reason = text(event["detail"]);
      this.#notVerified.set(reason, [
        ...(this.#notVerified.get(reason) ?? []),
        text(event["name"]),
      ]);
    }
    return done === "" ? undefined : done;
  }

  /** The family that is complete. */
  #flush({ paint, columns }: ViewTerminal): string {
    if (this.#checks.length === 0) return "";
    const checks = this.#checks;
    this.#checks = [];
    const passed = checks.filter((check) => check["verdict"] === "passed").length;
    const open = checks.filter((check) => check["verdict"] === "not_verified").length;
    const broken = checks.filter((check) => check["verdict"] === "failed");
    const numbers = [
      ...(passed === 0 ? [] : [paint.green(`✓ ${passed} passed`)]),
      ...(broken.length === 0 ? [] : [paint.red(`✗ ${broken.length} failed`)]),
      ...(open === 0 ? [] : [paint.dim(`· ${open} not verified`)]),
    ];
    const name = padEnd(familyNames[this.#family] ?? this.#family, 14);
    const head = `${paint.bold(name)}${numbers.join("  ")}\n`;
    return head + broken.map((check) => brokenText(check, { paint, columns })).join("");
  }

  #end(event: StreamedEvent, { paint, columns }: ViewTerminal): string {
    const { passed, failed, warned, not_verified: open, conforms, badge_markdown: badge } = event;
    const reasons = [...this.#notVerified].map(([reason, names]) =>
      indented(`${paint.dim(names.join(" "))} ${sanitizeForTerminal(reason)}`, 2, columns),
    );
    const list =
      reasons.length === 0
        ? ""
        : `\n${paint.bold("Not verified, so not passed")}\n${reasons.join("")}`;
    const verdict =
      conforms === true
        ? paint.green(`✓ passes the profile ${text(event["profile"])}`)
        : paint.red(`✗ does not pass the profile ${text(event["profile"])}`);
    const numbers = `${text(passed)} passed, ${text(failed)} failed, ${text(warned)} warned, ${text(open)} not verified`;
    const next =
      conforms === true
        ? typeof badge === "string"
          ? `\nshow it: ${badge}\n`
          : ""
        : `\nnext: mend one, then lint it alone with --rule ID; ${paint.cyan("aoi-lint --explain ID")} says why it matters\n`;
    return `${list}\n${verdict}  ${paint.dim(numbers)}\n${next}`;
  }
}

function brokenText(check: StreamedEvent, { paint, columns }: ViewTerminal): string {
  const mark = check["severity"] === "error" ? paint.red("✗") : paint.yellow("!");
  const head = `  ${mark} ${paint.bold(text(check["name"]))}  ${text(check["title"])}\n`;
  const findings: readonly unknown[] = Array.isArray(check["findings"])
    ? check["findings"]
    : [check];
  const shown = findings.slice(0, maxShown);
  const more = findings.length - shown.length;
  const rest = more === 0 ? "" : `    ${paint.dim(`and ${more} more; --output jsonl has all`)}\n`;
  return head + shown.map((finding) => findingText(finding, { paint, columns })).join("") + rest;
}

function findingText(finding: unknown, { paint, columns }: ViewTerminal): string {
  if (typeof finding !== "object" || finding === null) return "";
  const fields: Readonly<Record<string, unknown>> = { ...finding };
  const at =
    fields["line"] === undefined
      ? ""
      : paint.dim(` line ${text(fields["line"])}, byte ${text(fields["offset"] ?? 0)}`);
  const message = sanitizeForTerminal(text(fields["message"] ?? fields["detail"]));
  const command = sanitizeForTerminal(text(fields["reproduce"]));
  // The command is to be copied: it is not wrapped.
  return `${indented(`${message}${at}`, 4, columns)}    ${paint.dim("$")} ${paint.cyan(command)}\n`;
}

function explained(rule: StreamedEvent, { paint, columns }: ViewTerminal): string {
  const { id, severity, certainty, title, explain } = rule;
  const source =
    certainty === "found" ? "said by the standard" : "our reading where the standard is silent";
  const where = Array.isArray(rule["profiles"]) ? rule["profiles"].map(text).join(", ") : "";
  return [
    `${paint.bold(text(id))}  ${text(title)}\n`,
    indented(text(explain), 2, columns),
    indented(paint.dim(`${text(severity)}; ${source}; profiles: ${where}`), 2, columns),
  ].join("");
}

function indented(content: string, spaces: number, columns = 100): string {
  const margin = " ".repeat(spaces);
  return wrap(content, Math.max(40, Math.min(columns, 110) - spaces))
    .map((line) => `${margin}${line}\n`)
    .join("");
}

function text(value: unknown): string {
  if (typeof value === "string") return value;
  return JSON.stringify(value) ?? "";
}
