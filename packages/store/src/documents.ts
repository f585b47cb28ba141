import {
  Criterion,
  Failure,
  ModelChoice,
  TestSummary,
  Veto,
  fromWire,
  toWire,
} from "@aomori/contract";
import type {
  CriterionResource,
  FailureResource,
  ModelChoiceResource,
  TestSummaryResource,
  VetoResource,
} from "@aomori/contract";

import { jsonText } from "./json-text.ts";
import type { WireOf } from "./tables.ts";

/** Documents several tables hold, from and to their wire shape. */
export const readModel = (model: WireOf<typeof ModelChoice> | null): ModelChoiceResource | null =>
  model === null ? null : fromWire(ModelChoice, model);

export const writeModel = (model: ModelChoiceResource | null): string | null =>
  model === null ? null : jsonText(toWire(ModelChoice, model));

export const readFailure = (failure: WireOf<typeof Failure> | null): FailureResource | null =>
  failure === null ? null : fromWire(Failure, failure);

export const writeFailure = (failure: FailureResource | null): string | null =>
  failure === null ? null : jsonText(toWire(Failure, failure));

export const readGate = (gate: WireOf<typeof TestSummary> | null): TestSummaryResource | null =>
  gate === null ? null : fromWire(TestSummary, gate);

export const writeGate = (gate: TestSummaryResource | null): string | null =>
  gate === null ? null : jsonText(toWire(TestSummary, gate));

export const readCriteria = (criteria: WireOf<typeof Criterion>[]): CriterionResource[] =>
  criteria.map((criterion) => fromWire(Criterion, criterion));

export const writeCriteria = (criteria: readonly CriterionResource[]): string =>
  jsonText(criteria.map((criterion) => toWire(Criterion, criterion)));

export const readVetoes = (vetoes: WireOf<typeof Veto>[]): VetoResource[] =>
  vetoes.map((veto) => fromWire(Veto, veto));

export const writeVetoes = (vetoes: readonly VetoResource[]): string =>
  jsonText(vetoes.map((veto) => toWire(Veto, veto)));

/** Token counts as three columns hold them. */
export interface UsageColumns {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costMicrousd: number | null;
}

/** Only the three fields, whatever else the row has. */
export const readUsage = ({
  inputTokens,
  outputTokens,
  costMicrousd,
}: UsageColumns): UsageColumns => ({
  inputTokens,
  outputTokens,
  costMicrousd,
});
