import type { CodedError } from "./errors.ts";
import type { StreamEvent } from "./events.ts";
import { frameworkNames, frameworkPrefix } from "./events.ts";
import { afterSummary, mixedDialects, upstreamFailed, withoutSummary } from "./reader-errors.ts";

const legacyTypes: ReadonlySet<string> = new Set(frameworkNames);

/**
 * What a stream must keep to as a whole: one dialect of names, one summary, nothing after it.
 *
 * AOI-CLI 0.2 was published with un-prefixed names first, under the same version; the first event tells which.
 */
export class StreamRules {
  readonly #requireOk: boolean;
  #dialect: "unknown" | "prefixed" | "legacy" = "unknown";
  #summary: { readonly line: number; readonly ok: boolean } | undefined;
  #firstError: StreamEvent | undefined;
  /** The latest event, when it is what the other dialect ends with. */
  #foreignEnd: CodedError | undefined;
  #isOrdinary = false;

  constructor(requireOk: boolean) {
    this.#requireOk = requireOk;
  }

  /** Nothing but the type of the next event decides about it: unless it `mayMatter`, it can be handed on as it is. */
  get isOrdinary(): boolean {
    return this.#isOrdinary;
  }

  /** The event under its prefixed name, or what is wrong with it here. */
  admit(event: StreamEvent, line: number): StreamEvent | CodedError {
    if (this.#isOrdinary && !mayMatter(event.type)) return event;
    const admitted = this.#judge(event, line);
    this.#isOrdinary =
      this.#dialect === "prefixed" && this.#summary === undefined && this.#foreignEnd === undefined;
    return admitted;
  }

  #judge(event: StreamEvent, line: number): StreamEvent | CodedError {
    if (this.#summary !== undefined) return afterSummary(event.type, line, this.#summary.line);
    if (this.#dialect === "unknown") {
      this.#dialect = event.type === "meta" && "aoi_version" in event ? "legacy" : "prefixed";
    }
    const isFramework = event.type.startsWith(frameworkPrefix);
    if (this.#dialect === "legacy") return this.#admitLegacy(event, isFramework, line);
    this.#foreignEnd = undefined;
    if (isFramework) this.#observe(event, line);
    else if (event.type === "meta" && "aoi_version" in event) {
      return mixedDialects(event.type, line, "aoi:meta");
    } else if (event.type === "summary" && typeof event["ok"] === "boolean") {
      // A domain may have a type of that name; only as the very last event it was meant as the end.
      this.#foreignEnd = mixedDialects(event.type, line, "aoi:meta");
    }
    return event;
  }

  /** Call when the input has ended after `line` lines; throws what is missing. */
  end(line: number): void {
    if (this.#summary === undefined) throw this.#foreignEnd ?? withoutSummary(line);
    if (this.#requireOk && !this.#summary.ok) throw upstreamFailed(this.#firstError);
  }

  #admitLegacy(event: StreamEvent, isFramework: boolean, line: number): StreamEvent | CodedError {
    if (isFramework) return mixedDialects(event.type, line, "meta");
    if (!legacyTypes.has(event.type)) return event;
    const known = { ...event, type: `${frameworkPrefix}${event.type}` };
    this.#observe(known, line);
    return known;
  }

  #observe(event: StreamEvent, line: number): void {
    if (event.type === "aoi:error") this.#firstError ??= event;
    else if (event.type === "aoi:summary") this.#summary = { line, ok: event["ok"] === true };
  }
}

/** Framework names of either dialect that end or open a stream, or may not be here. The first letter settles most. */
export function mayMatter(type: string): boolean {
  const first = type.charCodeAt(0);
  if (first === 0x61) return type.startsWith(frameworkPrefix);
  return (first === 0x6d && type === "meta") || (first === 0x73 && type === "summary");
}
