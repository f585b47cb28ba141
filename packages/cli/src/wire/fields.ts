import { isRecord } from "@aomori/system";

/**
 * What a view reads of an answer. The server has checked it against the contract; a schema here would cost
 * start-up time, so each field is looked at when it is shown, and a missing one is shown as missing.
 */
export type Fields = Readonly<Record<string, unknown>>;

const none: Fields = {};

export function fieldsOf(value: unknown): Fields {
  return isRecord(value) ? value : none;
}

export function fieldsAt(value: unknown, name: string): Fields {
  return fieldsOf(fieldsOf(value)[name]);
}

export function textAt(value: unknown, name: string): string | undefined {
  const field = fieldsOf(value)[name];
  return typeof field === "string" && field !== "" ? field : undefined;
}

export function numberAt(value: unknown, name: string): number | undefined {
  const field = fieldsOf(value)[name];
  return typeof field === "number" ? field : undefined;
}

export function listAt(value: unknown, name: string): readonly unknown[] {
  const field = fieldsOf(value)[name];
  return Array.isArray(field) ? field : [];
}

export function textsAt(value: unknown, name: string): string[] {
  return listAt(value, name).filter((item) => typeof item === "string");
}
