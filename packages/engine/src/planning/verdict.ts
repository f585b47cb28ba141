import { jsonObjectsIn } from "./json-text.ts";

export interface Verdict {
  readonly verdict: "pass" | "fail";
  /** At least one where the verdict is `fail`. */
  readonly reasons: readonly string[];
  /** False where the text held no verdict; that counts as `fail`, since nobody has approved anything. */
  readonly readable: boolean;
}

const words: ReadonlyMap<string, "pass" | "fail"> = new Map([
  ["pass", "pass"],
  ["passed", "pass"],
  ["accept", "pass"],
  ["accepted", "pass"],
  ["fail", "fail"],
  ["failed", "fail"],
  ["reject", "fail"],
  ["rejected", "fail"],
]);

const maxReasons = 50;

/** Reads a validator's last words: the last JSON object in them that carries a verdict. */
export function parseVerdict(text: string): Verdict {
  for (const object of jsonObjectsIn(text)) {
    const word: unknown = object["verdict"];
    const verdict = typeof word === "string" ? words.get(word.trim().toLowerCase()) : undefined;
    if (verdict === undefined) continue;
    const given = [object["reasons"]].flat();
    const reasons = given
      .filter((reason) => typeof reason === "string" && reason.trim() !== "")
      .map(String)
      .slice(0, maxReasons);
    const none = verdict === "fail" && reasons.length === 0;
    return {
      verdict,
      reasons: none ? ["the validator rejected the work without giving a reason"] : reasons,
      readable: true,
    };
  }
  return {
    verdict: "fail",
    reasons: [
      'the validator ended without a verdict; it must end with {"verdict":"pass"|"fail","reasons":[…]}',
    ],
    readable: false,
  };
}
