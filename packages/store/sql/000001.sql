-- Every table but workers carries org_id, and every reference carries it along: no row can belong to another
-- organisation's. The one filter on reads is in src/scope.ts.
-- Times are timestamptz; documents are jsonb in their wire shape (snake_case).

create table organizations (
  id text primary key,
  name text not null,
  event_seq bigint not null default 0,
  task_number integer not null default 0,
  ticket_number integer not null default 0,
  discovery_number integer not null default 0,
  created_at timestamptz not null default now()
);

create table api_keys (
  id text primary key,
  org_id text not null references organizations (id),
  name text not null,
  prefix text not null,
  secret_hash bytea not null unique,
  scopes text[] not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);
create index api_keys_by_org on api_keys (org_id, created_at desc, id desc);

create table projects (
  id text not null,
  org_id text not null references organizations (id),
  name text not null,
  repository text not null,
  default_branch text not null,
  created_at timestamptz not null,
  unique (org_id, repository),
  primary key (org_id, id)
);

create table specs (
  id text not null,
  org_id text not null references organizations (id),
  project_id text not null,
  title text not null,
  description text not null,
  status text not null,
  phase text not null,
  evaluator_score double precision,
  gates text[] not null,
  base_branch text not null,
  base_commit text not null,
  integration_branch text not null,
  agent text not null,
  model jsonb,
  settings jsonb not null,
  failure jsonb,
  -- The segment of the planning workflow that may act; raised by every action of a person.
  plan_run integer not null default 1,
  -- The same for the merge queue.
  merge_run integer not null default 0,
  -- Comments that feed the next attempt: {phase, comments[]}.
  plan_request jsonb,
  integration_commit text,
  gate jsonb,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  cost_microusd bigint,
  created_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  completed_at timestamptz,
  primary key (org_id, id),
  foreign key (org_id, project_id) references projects (org_id, id)
);
create index specs_by_org on specs (org_id, created_at desc, id desc);
create index specs_live on specs (status) where status in ('planning', 'running', 'merging');

create table artifacts (
  org_id text not null references organizations (id),
  spec_id text not null,
  phase text not null,
  version integer not null,
  status text not null,
  origin text not null,
  score double precision,
  criteria jsonb not null,
  vetoes jsonb not null,
  feedback jsonb not null,
  content jsonb not null,
  created_by text not null,
  created_at timestamptz not null,
  primary key (spec_id, phase, version),
  foreign key (org_id, spec_id) references specs (org_id, id)
);

create table phase_attempts (
  id text primary key,
  org_id text not null references organizations (id),
  spec_id text not null,
  phase text not null,
  number integer not null,
  -- The planning segment that made it; attempts are limited per segment.
  plan_run integer not null,
  status text not null,
  prompt text not null,
  output text,
  artifact_version integer,
  score double precision,
  feedback jsonb not null,
  error text,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  cost_microusd bigint,
  duration_ms bigint,
  started_at timestamptz not null,
  ended_at timestamptz,
  unique (spec_id, phase, number),
  foreign key (org_id, spec_id) references specs (org_id, id)
);

create table tickets (
  org_id text not null references organizations (id),
  id text not null,
  number integer not null,
  spec_id text not null,
  -- The plan's own id; unique inside a spec.
  local_id text not null,
  title text not null,
  description text not null,
  priority text not null,
  status text not null,
  requirements jsonb not null,
  acceptance_criteria jsonb not null,
  created_at timestamptz not null,
  primary key (org_id, id),
  unique (spec_id, local_id),
  foreign key (org_id, spec_id) references specs (org_id, id)
);

create table tasks (
  org_id text not null references organizations (id),
  id text not null,
  number integer not null,
  spec_id text not null,
  ticket_id text,
  -- The plan's own id; absent for injected, resolution and repair tasks.
  local_id text,
  -- Makes the creation of resolution and repair tasks idempotent.
  origin_key text,
  -- For resolution and repair tasks: whose branch they bring in, and its commit.
  mends_task text,
  mends_commit text,
  title text not null,
  description text not null,
  kind text not null,
  execution_mode text not null,
  status text not null,
  priority text not null,
  estimated_hours double precision not null,
  owned_files jsonb not null,
  requirements jsonb not null,
  acceptance_criteria jsonb not null,
  agent_id text,
  branch text,
  base_commit text,
  commit_id text,
  merge_state text not null default 'waiting',
  merge_commit text,
  merge_detail text,
  conflict_score double precision,
  attempt integer not null default 0,
  -- Every start of a workflow, retries that cost no attempt included.
  run integer not null default 0,
  validation_round integer not null default 0,
  notes jsonb not null default '[]',
  not_before timestamptz,
  failure jsonb,
  result jsonb,
  created_at timestamptz not null,
  ready_at timestamptz,
  started_at timestamptz,
  ended_at timestamptz,
  primary key (org_id, id),
  unique (spec_id, local_id),
  unique (spec_id, origin_key),
  foreign key (org_id, spec_id) references specs (org_id, id)
);
create index tasks_by_spec on tasks (spec_id, number);
create index tasks_live on tasks (status) where status in ('ready', 'running', 'validating');

create table task_edges (
  org_id text not null references organizations (id),
  spec_id text not null,
  task_id text not null,
  depends_on text not null,
  primary key (org_id, task_id, depends_on),
  foreign key (org_id, task_id) references tasks (org_id, id),
  foreign key (org_id, depends_on) references tasks (org_id, id),
  check (task_id <> depends_on),
  foreign key (org_id, spec_id) references specs (org_id, id)
);
create index task_edges_reverse on task_edges (org_id, depends_on);

create table agents (
  id text not null,
  org_id text not null references organizations (id),
  spec_id text not null,
  task_id text not null,
  driver text not null,
  model jsonb,
  execution_mode text not null,
  status text not null,
  attempt integer not null,
  -- The workflow run that owns this agent.
  run_key text collate "C" not null unique,
  worktree text not null,
  worker_id text,
  step_count integer not null default 0,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  cost_microusd bigint,
  failure jsonb,
  outcome jsonb,
  started_at timestamptz not null,
  last_heartbeat_at timestamptz,
  last_step_at timestamptz,
  ended_at timestamptz,
  foreign key (org_id, task_id) references tasks (org_id, id),
  primary key (org_id, id),
  foreign key (org_id, spec_id) references specs (org_id, id)
);
create index agents_by_task on agents (org_id, task_id, started_at desc);
create index agents_by_spec on agents (spec_id);
create index agents_live on agents (status) where status in ('starting', 'active', 'idle', 'stopping');

create table steps (
  org_id text not null references organizations (id),
  agent_id text not null,
  position integer not null,
  type text not null,
  summary text not null,
  body text,
  tool text,
  call_id text,
  data jsonb,
  at timestamptz not null,
  duration_ms bigint,
  primary key (agent_id, position),
  foreign key (org_id, agent_id) references agents (org_id, id)
);

create table steerings (
  id text primary key,
  org_id text not null references organizations (id),
  agent_id text not null,
  action text not null,
  instruction text not null,
  deliver text not null,
  status text not null,
  created_by text not null,
  created_at timestamptz not null,
  delivered_at timestamptz,
  foreign key (org_id, agent_id) references agents (org_id, id)
);
create index steerings_pending on steerings (agent_id) where status = 'pending';

create table discoveries (
  org_id text not null references organizations (id),
  id text not null,
  number integer not null,
  spec_id text not null,
  source_task_id text not null,
  agent_id text,
  origin_key text not null,
  title text not null,
  description text not null,
  status text not null,
  created_at timestamptz not null,
  primary key (org_id, id),
  unique (spec_id, origin_key),
  foreign key (org_id, spec_id) references specs (org_id, id)
);

create table events (
  org_id text not null references organizations (id),
  seq bigint not null,
  id text not null unique,
  at timestamptz not null,
  type text not null,
  v integer not null,
  project_id text,
  spec_id text,
  ticket_id text,
  task_id text,
  agent_id text,
  summary text not null,
  data jsonb not null,
  primary key (org_id, seq)
);
create index events_by_spec on events (org_id, spec_id, seq);
create index events_by_task on events (org_id, task_id, seq) where task_id is not null;
create index events_by_agent on events (org_id, agent_id, seq) where agent_id is not null;

create table idempotency_keys (
  org_id text not null references organizations (id),
  operation text not null,
  key text not null,
  request_hash bytea not null,
  status integer,
  response jsonb,
  created_at timestamptz not null,
  primary key (org_id, operation, key)
);

create table workers (
  id text primary key,
  -- Raised each time a worker takes the name; writes of an older holder are refused.
  fence bigint not null,
  host text not null,
  -- Null once the worker has given its name back.
  pid integer,
  process_start text not null,
  version text not null,
  started_at timestamptz not null,
  heartbeat_at timestamptz not null
);
