-- A task's run changes its rows some ten times and tells some ten events: what each of them pays beside its row is
-- taken away here where nothing needs it.

-- A reference to a row carries the organisation along, and that row has one: a second reference to it proves nothing
-- new and is a look-up for each row. Events are only written from the organisation's own row (src/closing-statement.ts).
alter table specs drop constraint specs_org_id_fkey;
alter table artifacts drop constraint artifacts_org_id_fkey;
alter table phase_attempts drop constraint phase_attempts_org_id_fkey;
alter table tickets drop constraint tickets_org_id_fkey;
alter table tasks drop constraint tasks_org_id_fkey;
alter table task_edges drop constraint task_edges_org_id_fkey;
alter table agents drop constraint agents_org_id_fkey;
alter table steps drop constraint steps_org_id_fkey;
alter table steerings drop constraint steerings_org_id_fkey;
alter table discoveries drop constraint discoveries_org_id_fkey;
alter table events drop constraint events_org_id_fkey;

-- Nothing looks an event up by its id, and those of an agent are among those of its task.
alter table events drop constraint events_id_key;
drop index events_by_agent;

-- A task's status stands in no index, so that a change of it stays on its page and touches none; tasks that go on are
-- found through their specs, and each page has room for what its rows will become.
drop index tasks_live;
alter table tasks set (fillfactor = 50);

-- An agent's task leads to its spec, and a step is only added through its agent's row (src/queries/steps.ts).
alter table agents drop constraint agents_org_id_spec_id_fkey;
alter table steps drop constraint steps_org_id_agent_id_fkey;

-- Live agents are looked for when a server starts, once, so that the end of each one touches no index either.
drop index agents_live;
alter table agents set (fillfactor = 50);

-- Nothing is looked for by these texts and documents. Their statistics would take most of the time of an analyze, which
-- PGlite has between the changes of a run.
alter table specs alter description set statistics 0, alter settings set statistics 0;
alter table artifacts alter criteria set statistics 0, alter vetoes set statistics 0,
  alter feedback set statistics 0, alter content set statistics 0;
alter table phase_attempts alter prompt set statistics 0, alter output set statistics 0,
  alter feedback set statistics 0;
alter table tasks alter title set statistics 0, alter description set statistics 0,
  alter owned_files set statistics 0, alter requirements set statistics 0,
  alter acceptance_criteria set statistics 0, alter notes set statistics 0, alter failure set statistics 0,
  alter result set statistics 0;
alter table agents alter model set statistics 0, alter worktree set statistics 0,
  alter failure set statistics 0, alter outcome set statistics 0;
alter table steps alter summary set statistics 0, alter body set statistics 0, alter data set statistics 0;
alter table events alter summary set statistics 0, alter data set statistics 0;
