import type { Rule } from "../rule.ts";
import type { ScannedEvent, Stream } from "../runner/stream.ts";
import { isFrameworkName } from "../runner/stream.ts";
import { declaredTypes } from "./discovered.ts";
import { finding, judgeRuns, verdictOf, anEvent } from "./verdict.ts";

export const nameRules: readonly Rule[] = [
  {
    id: "NAME-001",
    severity: "warn",
    certainty: "found",
    title: "framework events carry the prefix aoi:",
    explain:
      "The standard's newer text names them aoi:meta, aoi:summary and so on; older un-prefixed streams have the same version number and are told by their first event only.",
    needs: ["base"],
    check: (evidence) =>
      judgeRuns(evidence, { required: ["base"], needs: anEvent }, (run) => {
        const first = run.stream.events[0];
        if (run.stream.dialect === "prefixed" || first === undefined) return [];
        return [
          finding(
            run,
            'the stream opens with "meta": prefix every framework type with aoi:',
            first,
          ),
        ];
      }),
  },
  {
    id: "NAME-002",
    severity: "error",
    certainty: "found",
    title: "one stream speaks one dialect",
    explain:
      "A stream that opens with aoi:meta and closes with summary has no terminal summary for its reader: it looks like a crash.",
    needs: ["base", "bad-flag", "failures"],
    check: (evidence) =>
      judgeRuns(
        evidence,
        { required: ["base"], also: ["bad-flag", "failures"], needs: anEvent },
        (run) => {
          const stranger = otherDialect(run.stream);
          if (stranger === undefined) return [];
          const opened = run.stream.dialect === "legacy" ? "meta" : "aoi:meta";
          return [
            finding(
              run,
              `${stranger.type} in a stream that speaks the dialect of ${opened}`,
              stranger,
            ),
          ];
        },
      ),
  },
  {
    id: "NAME-003",
    severity: "error",
    certainty: "found",
    title: "the prefix aoi: is the framework's",
    explain:
      "Name your own events without a colon; a type aoi:something that is not the standard's may mean something else to its next version.",
    needs: ["base", "failures", "schema"],
    check: (evidence) => {
      const verdict = judgeRuns(
        evidence,
        { required: ["base"], also: ["failures"], needs: anEvent },
        (run) =>
          run.stream
            .ofKind("unknown")
            .slice(0, 3)
            .map((event) => finding(run, `${event.type} is no type of AOI-CLI 0.2`, event)),
      );
      if (verdict.kind !== "passed") return verdict;
      return verdictOf(
        evidence.runs("schema").flatMap((run) =>
          declaredTypes(run)
            .filter((type) => type.startsWith("aoi:") && !isFrameworkName(type.slice(4)))
            .map((type) => finding(run, `the schema defines ${type}, which is no framework type`)),
        ),
      );
    },
  },
];

/** The first event that can only be meant as a framework event of the dialect the stream does not speak. */
function otherDialect(stream: Stream): ScannedEvent | undefined {
  const all = [...stream.events, ...stream.tail];
  if (stream.dialect === "legacy") return all.find((event) => event.type.startsWith("aoi:"));
  if (!all.some((event) => event.type.startsWith("aoi:"))) return undefined;
  return all.find(looksLikeFramework);
}

function looksLikeFramework({ type, value }: ScannedEvent): boolean {
  if (type === "meta") return "aoi_version" in value;
  if (type === "summary") return typeof value["ok"] === "boolean" && "count" in value;
  if (type === "error") return "category" in value && "code" in value;
  if (type === "check") return "severity" in value && "ok" in value && "name" in value;
  return false;
}
