import type { ViewTerminal } from "@aomori/command";
import { renderTable } from "@aomori/command";
import { listAt, numberAt, textAt, textsAt } from "../wire/fields.ts";

/** How an edited artefact was judged, and how to go on. */
export function editedText(artifact: unknown, { paint, columns }: ViewTerminal): string {
  const specId = textAt(artifact, "spec_id") ?? "?";
  const phase = textAt(artifact, "phase") ?? "?";
  const version = numberAt(artifact, "version") ?? "?";
  const criteria = listAt(artifact, "criteria").map((criterion) => ({
    criterion: textAt(criterion, "name") ?? "?",
    score: numberAt(criterion, "score")?.toFixed(2) ?? "—",
    detail: textAt(criterion, "detail") ?? "",
  }));
  const vetoes = listAt(artifact, "vetoes").map(
    (veto) => `${paint.red("vetoed")}  ${textAt(veto, "message") ?? "?"}\n`,
  );
  const isVetoed = vetoes.length > 0;
  const feedback = isVetoed ? [] : textsAt(artifact, "feedback").map((line) => `  ${line}\n`);
  const next = isVetoed
    ? `edit it again: aomori spec edit ${specId} ${phase}`
    : `go on with it: aomori spec retry ${specId} (judged against the threshold) or aomori spec advance ${specId}`;
  return [
    `${phase} version ${version} stored, scored ${numberAt(artifact, "score")?.toFixed(2) ?? "—"}\n`,
    ...vetoes,
    ...feedback,
    renderTable(["criterion", "score", "detail"], criteria, { paint, maxWidth: columns }),
    `${next}\n`,
  ].join("");
}
