import { TerminalError } from "./errors.ts";
import type { DomainEvent } from "./events.ts";

interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

type SchemaResult = { readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] };

/** What an emitter needs of a schema: the part of Standard Schema v1 (https://standardschema.dev) that any library has. */
export interface EventSchema<Event> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult | Promise<SchemaResult>;
    readonly types?: { readonly input: Event; readonly output: unknown } | undefined;
  };
}

/** Throws `EVENT_BREAKS_SCHEMA` with the path and reason of every issue, and `SCHEMA_IS_ASYNC`. */
export function checkEvent<Event extends DomainEvent>(
  schema: EventSchema<Event>,
  event: Event,
): void {
  const result = schema["~standard"].validate(event);
  if (result instanceof Promise) {
    throw new TerminalError(
      "internal",
      "SCHEMA_IS_ASYNC",
      "the schema of the events validates asynchronously, and events cannot wait for it; give one that does not",
    );
  }
  if (result.issues === undefined) return;
  const issues = result.issues.map(({ path = [], message }) => ({ path: pathOf(path), message }));
  const told = issues.map(({ path, message }) => `${path}: ${message}`).join("; ");
  const message = `an event of type ${event.type} is not what its schema says: ${told}`;
  throw new TerminalError("internal", "EVENT_BREAKS_SCHEMA", message, { details: { issues } });
}

function pathOf(path: readonly (PropertyKey | { readonly key: PropertyKey })[]): string {
  const steps = path.map((step) => (typeof step === "object" ? step.key : step));
  return `$${steps.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("")}`;
}
