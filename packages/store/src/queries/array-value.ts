import { fragment, verbatim } from "../fragment.ts";
import type { Fragment } from "../fragment.ts";

/**
 * An array whose length the planner does not see. A prepared statement that is given it as it is looks cheaper with
 * each short array than without one, and would be planned anew at every call.
 */
export const arrayValue = (values: readonly (string | number)[], type: "text" | "int"): Fragment =>
  fragment`(select ${values}::${verbatim(type)}[])`;
