import type { Evidence } from "../probes/evidence.ts";
import type { ProbeName } from "../probes/probe.ts";
import type { Finding, Rule, Verdict } from "../rule.ts";
import { unknownFlag } from "../probes/stream-probes.ts";
import type { Observation } from "../runner/observation.ts";
import { endingText } from "../runner/observation.ts";
import type { ScannedEvent } from "../runner/stream.ts";
import { metaOf } from "../runner/stream.ts";
import { capabilityOf, isFields } from "./capability.ts";
import { declaredTypes, discoveredObject } from "./discovered.ts";
import { compileSchema, firstInvalid } from "./schema-validity.ts";
import { finding, judgeRuns, missing, notVerified, passed, verdictOf, told } from "./verdict.ts";

const emitting: readonly ProbeName[] = ["base", "bad-flag", "failures"];
const maxDiscoveryMs = 500;

export const discoveryRules: readonly Rule[] = [
  {
    id: "DISC-001",
    severity: "error",
    certainty: "found",
    title: "capabilities --output json prints exactly one JSON object",
    explain:
      "An agent reads capabilities instead of help: tool, tool_version, aoi_versions, schemas and commands, in one parse, no stream.",
    needs: ["capabilities"],
    check: (evidence) =>
      judgeRuns(evidence, { required: ["capabilities"] }, (run) => {
        const document = discoveredObject(run);
        if (document === undefined) return [notOneObject(run)];
        return Array.isArray(document["commands"])
          ? []
          : [finding(run, 'capabilities have no array "commands"')];
      }),
  },
  {
    id: "DISC-002",
    severity: "error",
    certainty: "found",
    title: "schema --output json prints one JSON Schema 2020-12 of the command's events",
    explain: "With --command NAME for one command. It is checked against the meta-schema.",
    needs: ["schema"],
    check: (evidence) =>
      judgeRuns(evidence, { required: ["schema"] }, (run) => {
        const document = discoveredObject(run);
        if (document === undefined) return [notOneObject(run)];
        const schema = compileSchema(document);
        if (schema.kind === "invalid") {
          return [finding(run, `not a JSON Schema 2020-12: ${schema.message.slice(0, 200)}`)];
        }
        const draft = document["$schema"];
        return typeof draft === "string" && !draft.includes("2020-12")
          ? [finding(run, `$schema names ${draft}, not draft 2020-12`)]
          : [];
      }),
  },
  {
    id: "DISC-003",
    severity: "error",
    certainty: "found",
    title: "discovery needs no credentials, no configuration and no home",
    explain:
      "A consumer looks before it signs in. Read configuration and keys only in the commands that need them.",
    needs: ["capabilities", "bare-discovery"],
    check: (evidence) => sameAnswer(evidence, "bare-discovery"),
  },
  {
    id: "DISC-004",
    severity: "error",
    certainty: "found",
    title: "discovery needs no network",
    explain:
      "What a tool can do is known to the tool: no call home, no remote schema. Looked at: whether it answers the same without a network; that it tries one all the same is not seen.",
    needs: ["capabilities", "offline-discovery"],
    check: (evidence) => sameAnswer(evidence, "offline-discovery"),
  },
  {
    id: "DISC-005",
    severity: "warn",
    certainty: "proposed",
    title: "discovery answers within half a second and writes nothing",
    explain:
      "It runs before every other call of an agent; no cache, no log, no state is due to it.",
    needs: ["base", "capabilities", "bare-discovery", "schema"],
    check: checkCheap,
  },
  {
    id: "DISC-006",
    severity: "error",
    certainty: "found",
    title: "every event validates against the discovered schema",
    explain:
      "The schema is the contract: domain events, and framework events where it tells of them.",
    needs: ["schema", ...emitting],
    check: checkValid,
  },
  {
    id: "DISC-007",
    severity: "warn",
    certainty: "found",
    title: "the command writes only event types its capabilities declare",
    explain: "event_types of the command is what a consumer prepares for.",
    needs: ["capabilities", ...emitting],
    check: checkDeclaredTypes,
  },
  {
    id: "DISC-008",
    severity: "warn",
    certainty: "proposed",
    title: "meta's schema and version stand in capabilities.schemas",
    explain: "A consumer chooses by what capabilities promise, so the stream must be one of them.",
    needs: ["capabilities", "base"],
    check: checkSchemaListed,
  },
  {
    id: "DISC-009",
    severity: "error",
    certainty: "found",
    title: "a flag that is declared is accepted",
    explain:
      "supports_dry_run, supports_cursor and supports_idempotency_key promise --dry-run, --cursor and --idempotency-key.",
    needs: ["declared-flags", "bad-flag"],
    check: (evidence) =>
      judgeRuns(evidence, { required: ["declared-flags"] }, (run) => {
        const { promise = "", flag = "" } = run.spec.about ?? {};
        const refusal = run.stream
          .ofKind("error")
          .find(({ value }) => value["category"] === "usage");
        // A cursor nobody gave may be refused, as a value; the flag may not.
        const asUnknown =
          refusal !== undefined &&
          (promise !== "supports_cursor" ||
            /unknown|unrecogni[sz]ed|unexpected/i.test(JSON.stringify(refusal.value)) ||
            isRefusedAlike(evidence, refusal, flag));
        return asUnknown
          ? [finding(run, `capabilities say ${promise}, and ${flag} is refused`, refusal)]
          : [];
      }),
  },
  {
    id: "DISC-010",
    severity: "error",
    certainty: "proposed",
    title: "a command marked read_only writes nothing",
    explain: "Looked at: its working folder, its home and its folder for temporary files.",
    needs: ["capabilities", "base"],
    check: checkReadOnly,
  },
];

function notOneObject(run: Observation): Finding {
  const { lineCount } = run.stream;
  const what =
    run.head.trim() === ""
      ? `nothing, ${endingText(run)}`
      : `${lineCount} lines that are not one JSON object, ${endingText(run)}`;
  return finding(run, `printed ${what}`);
}

/** Discovery under a harder condition must say what it said before. */
/** The same words that refuse a flag nobody can know. */
function isRefusedAlike(evidence: Evidence, refusal: ScannedEvent, flag: string): boolean {
  const [unknown] = evidence.runs("bad-flag").flatMap((run) => run.stream.ofKind("error"));
  const words = ({ value }: ScannedEvent, name: string): string =>
    `${String(value["code"])}: ${String(value["message"])}`.replaceAll(name, "");
  return unknown !== undefined && words(unknown, unknownFlag) === words(refusal, flag);
}

function sameAnswer(evidence: Evidence, name: ProbeName): Verdict {
  const [plain] = evidence.runs("capabilities");
  const expected = plain && discoveredObject(plain);
  if (expected === undefined) {
    return missing(evidence, ["capabilities"]) ?? notVerified("capabilities are no JSON object");
  }
  return judgeRuns(evidence, { required: [name] }, (run) => {
    const document = discoveredObject(run);
    if (document === undefined) return [notOneObject(run)];
    const same = JSON.stringify(document["commands"]) === JSON.stringify(expected["commands"]);
    return same ? [] : [finding(run, "other commands are told")];
  });
}

function checkCheap(evidence: Evidence): Verdict {
  const names: ProbeName[] = ["capabilities", "bare-discovery", "schema"];
  const runs = names.flatMap((name) => evidence.runs(name));
  const answered = runs.filter((run) => discoveredObject(run) !== undefined);
  const fastest = answered.toSorted((a, b) => a.durationMs - b.durationMs)[0];
  if (fastest === undefined) {
    return missing(evidence, ["capabilities"]) ?? notVerified("discovery printed no JSON object");
  }
  const found = answered.flatMap((run) =>
    (run.changes ?? []).slice(0, 2).map((change) => finding(run, `${change.kind} ${change.path}`)),
  );
  // Other runs share the machine: only the quickest says something about the tool.
  if (fastest.durationMs > maxDiscoveryMs) {
    const isBusy = answered.every((run) => run.spec.about?.["busy"] === "yes");
    // What a busy machine does to discovery it does to the command too.
    const busyMs = 2 * (evidence.runs("base")[0]?.durationMs ?? Number.POSITIVE_INFINITY);
    if (found.length === 0 && isBusy && fastest.durationMs <= busyMs + maxDiscoveryMs) {
      return notVerified("the machine is too busy to tell how long discovery takes");
    }
    const ms = Math.round(fastest.durationMs);
    found.push(finding(fastest, `the quickest of ${answered.length} answers took ${ms} ms`));
  }
  return verdictOf(found);
}

function checkValid(evidence: Evidence): Verdict {
  const [run] = evidence.runs("schema");
  const document = run && discoveredObject(run);
  if (document === undefined) {
    return missing(evidence, ["schema"]) ?? notVerified("the schema is no JSON object");
  }
  const schema = compileSchema(document);
  if (schema.kind === "invalid") return notVerified("the schema is not valid itself");
  const toldTypes = run === undefined ? [] : declaredTypes(run);
  return judgeRuns(evidence, { required: ["base"], also: ["bad-flag", "failures"] }, (seen) => {
    const invalid = firstInvalid(seen.stream, schema);
    if (invalid === undefined) return [];
    const { event, message } = invalid;
    // A schema of domain events alone says nothing about the framework's.
    const untold = event.kind !== "domain" && !toldTypes.includes(event.type);
    if (untold && !domainInvalid(seen, toldTypes, schema)) return [];
    return [finding(seen, `${event.type} does not validate: ${message}`, event)];
  });
}

function domainInvalid(
  run: Observation,
  told: readonly string[],
  schema: ReturnType<typeof compileSchema>,
): boolean {
  const events = run.stream.events.filter(
    (event) => event.kind === "domain" || told.includes(event.type),
  );
  return firstInvalid({ ...run.stream, events }, schema) !== undefined;
}

function commandCapability(evidence: Evidence): Readonly<Record<string, unknown>> | undefined {
  const [run] = evidence.runs("capabilities");
  return run && capabilityOf(discoveredObject(run), evidence.target);
}

const alwaysAllowed: readonly string[] = [
  "aoi:meta",
  "aoi:summary",
  "aoi:error",
  "aoi:warning",
  "aoi:progress",
  "aoi:heartbeat",
];

function checkDeclaredTypes(evidence: Evidence): Verdict {
  const absent = missing(evidence, ["capabilities", "base"]);
  if (absent !== undefined) return absent;
  const types = commandCapability(evidence)?.["event_types"];
  if (!Array.isArray(types))
    return notVerified("capabilities do not tell the command's event_types");
  const listed: readonly unknown[] = types;
  const declared = new Set<unknown>([...listed, ...alwaysAllowed]);
  return judgeRuns(evidence, { required: ["base"], also: ["bad-flag", "failures"] }, (run) => {
    // A provoked failure may be another command's.
    if (run.spec.label.startsWith("provoked")) return [];
    return [...run.stream.typeCounts.keys()]
      .filter((type) => !declared.has(type) && !declared.has(`aoi:${type}`))
      .slice(0, 3)
      .map((type) => {
        const event = run.stream.events.find((candidate) => candidate.type === type);
        return finding(run, `${type} is not among the declared event_types`, event);
      });
  });
}

function checkSchemaListed(evidence: Evidence): Verdict {
  const [run] = evidence.runs("base");
  const [document] = evidence.runs("capabilities");
  const schemas = document && discoveredObject(document)?.["schemas"];
  const meta = run && metaOf(run.stream);
  if (run === undefined || meta === undefined || !Array.isArray(schemas)) {
    return missing(evidence, ["capabilities", "base"]) ?? notVerified("nothing to compare");
  }
  const { schema_name: name, schema_version: version } = meta.value;
  const listed = schemas.some((schema: unknown) => {
    if (!isFields(schema) || schema["name"] !== name) return false;
    const versions = schema["versions"];
    return Array.isArray(versions) && versions.includes(version);
  });
  if (listed) return passed;
  const message = `${told(name)}@${told(version)} is not among capabilities.schemas`;
  return verdictOf([finding(run, message, meta)]);
}

function checkReadOnly(evidence: Evidence): Verdict {
  const absent = missing(evidence, ["capabilities", "base"]);
  if (absent !== undefined) return absent;
  if (commandCapability(evidence)?.["read_only"] !== true) {
    return notVerified("capabilities do not call the command read_only");
  }
  const [run] = evidence.runs("base");
  if (run?.changes === undefined) return notVerified("the sandbox is too large to watch");
  return verdictOf(
    run.changes.slice(0, 4).map((change) => finding(run, `${change.kind} ${change.path}`)),
  );
}
