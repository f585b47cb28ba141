import { loadMigrations } from "./migrations.ts";
import { eventData, isEventType } from "@aomori/contract";
import type pg from "pg";

/** Something about a store that cannot be right. */
export interface Finding {
  readonly code: string;
  /** What is wrong, with its id. */
  readonly message: string;
}

interface CheckedStore {
  readonly pool: Pick<pg.ClientBase, "query">;
}

/** `faults` is a statement that gives one `message` for each. */
interface Rule {
  readonly code: string;
  readonly faults: string;
}

/** What our own statements cannot make, so that no constraint looks for it at every change (decision 0009). */
const referenceRules: readonly Rule[] = [
  {
    code: "EVENT_OF_NOBODY",
    faults: `
      select count(*) || ' events belong to organisation ' || e.org_id || ', which is not there' as message
      from events e where not exists (select from organizations o where o.id = e.org_id) group by e.org_id`,
  },
  {
    code: "EVENT_TWICE",
    faults: `
      select id || ' is the id of ' || count(*) || ' events' as message from events group by id having count(*) > 1`,
  },
  {
    code: "AGENT_ACROSS_SPECS",
    faults: `
      select 'agent ' || a.id || ' of ' || a.spec_id || ' works on ' || t.id || ' of ' || t.spec_id as message
      from agents a join tasks t on t.org_id = a.org_id and t.id = a.task_id where t.spec_id <> a.spec_id`,
  },
  {
    code: "STEP_OF_NOBODY",
    faults: `
      select count(*) || ' steps belong to agent ' || s.agent_id || ', which is not there' as message
      from steps s where not exists (select from agents a where a.org_id = s.org_id and a.id = s.agent_id)
      group by s.agent_id`,
  },
];

const rules: readonly Rule[] = [
  {
    code: "EVENT_GAP",
    faults: `
      select 'organisation ' || o.id || ' has ' || count(e.seq) || ' events from seq ' || coalesce(min(e.seq), 0)
        || ' to ' || coalesce(max(e.seq), 0) || ', and its counter says ' || o.event_seq as message
      from organizations o left join events e on e.org_id = o.id group by o.id
      having count(e.seq) <> o.event_seq or coalesce(max(e.seq), 0) <> o.event_seq`,
  },
  {
    code: "COUNTER_BEHIND",
    faults: `
      select 'organisation ' || o.id || ' has ' || n.id || ', beyond its counter ' || n.counter as message
      from organizations o cross join lateral (
        select id, o.task_number as counter from tasks where org_id = o.id and number > o.task_number
        union all
        select id, o.ticket_number from tickets where org_id = o.id and number > o.ticket_number
        union all
        select id, o.discovery_number from discoveries where org_id = o.id and number > o.discovery_number
      ) as n`,
  },
  {
    code: "EDGE_ACROSS_SPECS",
    faults: `
      select t.id || ' of ' || t.spec_id || ' waits for ' || d.id || ' of ' || d.spec_id as message
      from task_edges e
      join tasks t on t.org_id = e.org_id and t.id = e.task_id
      join tasks d on d.org_id = e.org_id and d.id = e.depends_on
      where t.spec_id <> d.spec_id or e.spec_id <> t.spec_id`,
  },
  {
    code: "TASK_REFERENCE_MISSING",
    faults: `
      select t.id || ' names ticket ' || t.ticket_id || ', which is not there' as message from tasks t
      where t.ticket_id is not null
        and not exists (select from tickets k where k.org_id = t.org_id and k.id = t.ticket_id)
      union all
      select t.id || ' names agent ' || t.agent_id || ', which is not there' from tasks t
      where t.agent_id is not null
        and not exists (select from agents a where a.org_id = t.org_id and a.id = t.agent_id)`,
  },
  {
    code: "STEP_COUNT_WRONG",
    faults: `
      select 'agent ' || a.id || ' counts ' || a.step_count || ' steps and has ' || count(s.position) as message
      from agents a left join steps s on s.org_id = a.org_id and s.agent_id = a.id group by a.org_id, a.id
      having count(s.position) <> a.step_count`,
  },
  {
    code: "ACCEPTED_TWICE",
    faults: `
      select phase || ' of ' || spec_id || ' has ' || count(*) || ' accepted artefacts' as message
      from artifacts where status = 'accepted' group by spec_id, phase having count(*) > 1`,
  },
];

/** Looks for what the database's own constraints do not rule out; an empty list is a sound store. */
export async function checkStore(store: CheckedStore): Promise<Finding[]> {
  return [
    ...(await checkMigrations(store)),
    ...(await checkCycles(store)),
    ...(await checkEventData(store)),
    ...(await checkReferences(store)),
    ...(await faultsBy(rules, store)),
  ];
}

/** For rows that other statements than ours have written: whether they refer to what is there. */
export function checkReferences(store: CheckedStore): Promise<Finding[]> {
  return faultsBy(referenceRules, store);
}

async function faultsBy(chosen: readonly Rule[], { pool }: CheckedStore): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { code, faults } of chosen) {
    const { rows } = await pool.query<{ message: string }>(faults);
    findings.push(...rows.map(({ message }) => ({ code, message })));
  }
  return findings;
}

async function checkMigrations(store: CheckedStore): Promise<Finding[]> {
  const { rows } = await store.pool.query<{ version: string; sha256: string }>(
    "select version, sha256 from aomori.schema_migrations order by version",
  );
  const known = new Map(
    (await loadMigrations()).map((migration) => [migration.version, migration]),
  );
  const findings: Finding[] = [];
  for (const { version, sha256 } of rows) {
    if (known.get(version)?.sha256 !== sha256) {
      findings.push({
        code: "MIGRATION_UNKNOWN",
        message: `the store has seen a migration ${version} that is not this program's`,
      });
    }
    known.delete(version);
  }
  for (const version of known.keys()) {
    findings.push({ code: "MIGRATION_MISSING", message: `migration ${version} was not applied` });
  }
  return findings;
}

/** Takes away, again and again, the tasks that wait for nothing; what is left waits for itself. */
async function checkCycles(store: CheckedStore): Promise<Finding[]> {
  const { rows } = await store.pool.query<{ task: string; awaits: string }>(
    "select org_id || ' ' || task_id as task, org_id || ' ' || depends_on as awaits from task_edges",
  );
  const open = new Map<string, number>();
  const waiting = new Map<string, string[]>();
  for (const { task, awaits } of rows) {
    open.set(task, (open.get(task) ?? 0) + 1);
    if (!open.has(awaits)) open.set(awaits, 0);
    waiting.set(awaits, [...(waiting.get(awaits) ?? []), task]);
  }
  const free = [...open].filter(([, count]) => count === 0).map(([task]) => task);
  for (let task = free.pop(); task !== undefined; task = free.pop()) {
    open.delete(task);
    for (const next of waiting.get(task) ?? []) {
      const count = (open.get(next) ?? 0) - 1;
      open.set(next, count);
      if (count === 0) free.push(next);
    }
  }
  if (open.size === 0) return [];
  const some = [...open.keys()].slice(0, 10).join(", ");
  const message = `${open.size} tasks wait in or behind a cycle of dependencies, among them ${some}`;
  return [{ code: "DEPENDENCY_CYCLE", message }];
}

const eventsPerRead = 1_000;

/** Reads every event's data with the schema of its type; types of a newer program are left aside. */
async function checkEventData({ pool }: CheckedStore): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (let org = "", seq = 0; ;) {
    const { rows } = await pool.query<{ org_id: string; seq: string; type: string; data: unknown }>(
      `select org_id, seq, type, data from events where (org_id, seq) > ($1, $2) order by org_id, seq limit ${eventsPerRead}`,
      [org, seq],
    );
    for (const { org_id, seq: at, type, data } of rows) {
      const read = isEventType(type) ? eventData[type].safeParse(data) : undefined;
      if (read === undefined || read.success) continue;
      const [issue] = read.error.issues;
      const where = issue?.path.join(".") ?? "";
      findings.push({
        code: "EVENT_MALFORMED",
        message: `event ${at} of ${org_id} (${type}): data.${where} ${issue?.message ?? "cannot be read"}`,
      });
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < eventsPerRead) return findings;
    org = last.org_id;
    seq = Number(last.seq);
  }
}
