import { createRedactor, redactedText } from "@aomori/protocol";
import { errnoOf } from "@aomori/system";
import { readFileSync } from "node:fs";
import type { Adapter, PlanContext } from "../adapter.ts";
import type { ByteString } from "../byte-text.ts";
import { rawFields, setText, toByteString } from "../byte-text.ts";
import { recordSchema, text } from "../json-schema.ts";
import type { Item } from "../record.ts";
import { parseCommandLine, refuseUnknown } from "./command-line.ts";
import { UserError } from "@aomori/protocol";

export const env: Adapter = {
  name: "env",
  summary: "Variables of the environment; values named after a secret are hidden",
  channel: "the environment of this process",
  source: "native",
  effects: { readOnly: true },
  recordTypes: ["variable"],
  schema: recordSchema("variable", { name: text, value: text }, ["name", "value"]),
  takesTrailingOptions: true,
  cursor: { kind: "position" },
  flags: "-i, -0",
  plan: (argv, context) => {
    const line = parseCommandLine("env", argv, { short: { i: "ignore-environment", "0": "null" } });
    refuseUnknown("env", line);
    const [operand] = line.operands;
    if (operand !== undefined) {
      throw new UserError(
        "usage",
        "UNSUPPORTED_ARGUMENT",
        `env ${operand}: setting variables and running programs is not wrapped; run the program itself`,
      );
    }
    const isEmpty = line.flags.has("ignore-environment");
    return { kind: "native", items: () => [isEmpty ? [] : variables(context)] };
  },
};

function variables(context: PlanContext): readonly Item[] {
  const redactor = createRedactor();
  return entries(context).map((entry): Item => {
    const equals = entry.indexOf("=");
    if (equals === -1) {
      const message = "an entry of the environment has no =";
      return { type: "aoi:warning", code: "UNREADABLE_OUTPUT", message, ...rawFields(entry) };
    }
    const record: Record<string, unknown> = {};
    const name = entry.slice(0, equals);
    setText(record, "name", name);
    if (redactor.isSecretName(name)) record["value"] = redactedText;
    else setText(record, "value", entry.slice(equals + 1));
    return { type: "variable", source: "native", ...record };
  });
}

/** As bytes where the system shows them; Node has them as text. */
function entries({ env: variablesByName }: PlanContext): readonly ByteString[] {
  try {
    return readFileSync("/proc/self/environ", "latin1")
      .split("\0")
      .filter((entry) => entry !== "");
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return Object.entries(variablesByName).map(([name, value]) =>
      toByteString(`${name}=${value ?? ""}`),
    );
  }
}
