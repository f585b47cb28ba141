import type { CommandRequest, StreamedEvent } from "@aomori/command";
import { TerminalError, UserError, isCodedError } from "@aomori/protocol";
import { homeLayout } from "@aomori/system";
import { join } from "node:path";
import type { Connection } from "../connection/connect.ts";
import { call, connect } from "../connection/connect.ts";
import { followSpec } from "../connection/event-stream.ts";
import { readGraph } from "../dag/read-graph.ts";
import { durationText } from "../views/durations.ts";
import { stepEventTypes } from "../views/event-line.ts";
import { fieldsAt, fieldsOf, textAt, textsAt } from "../wire/fields.ts";
import type { DemoBoard } from "./demo-board.ts";
import type { DemoSteering } from "./demo-kit.ts";
import type { DemoSetup } from "./demo-setup.ts";
import { prepareDemo } from "./demo-setup.ts";
import { runFinalTests } from "./final-tests.ts";

const createDeadlineMs = 60_000;
const cancelDeadlineMs = 4000;

/** The demo from its repository to COMPLETE, as events; throws `DEMO_NOT_COMPLETE` when it ends otherwise. */
export async function* runDemo(
  request: CommandRequest,
  board: DemoBoard,
): AsyncGenerator<StreamedEvent, void> {
  const startedAtMs = Date.now();
  const connection = await connectLocally(request);
  const setup = await prepareDemo(request);
  await using _ = setup.modelServer;
  request.signal.throwIfAborted();
  const specId = await createSpec(connection, setup);
  let isFollowed = false;
  try {
    yield {
      type: "demo.started",
      at: new Date().toISOString(),
      spec_id: specId,
      repository: setup.repository,
      model: setup.modelName,
      scripted: setup.isScripted,
      summary: `${specId}: ${setup.title} (${setup.repository})`,
    };
    yield* followDemo(connection, specId, request, { setup, board });
    isFollowed = true;
  } finally {
    // Not a catch: a stream that is told to stop between two events returns and throws nothing.
    if (!isFollowed && request.signal.aborted) await leave(connection, specId, setup, request);
  }
  const spec = await call(connection, "specs.get", { id: specId }, { signal: request.signal });
  if (textAt(spec, "status") !== "completed") throw notComplete(spec);
  yield await ending(connection, spec, request, { startedAtMs, board });
}

async function connectLocally(request: CommandRequest): Promise<Connection> {
  const connection = await connect(request);
  if (connection.isLocal) return connection;
  throw new UserError(
    "config",
    "DEMO_NEEDS_LOCAL_SERVER",
    `the demo works on a repository of this machine, and ${connection.endpoint.baseUrl} is another; unset AOMORI_API_URL, or run it with AOMORI_HOME set to a new directory`,
  );
}

/** Waited for whatever is told meanwhile: a spec that nobody knows of would go on without its model. */
async function createSpec(connection: Connection, setup: DemoSetup): Promise<string> {
  const { title, description, repository, model } = setup;
  const input = { title, description, repo: repository, agent: "builtin", ...model };
  const signal = AbortSignal.timeout(createDeadlineMs);
  const spec = await call(connection, "specs.create", input, { signal });
  return textAt(spec, "id") ?? "";
}

interface Stage {
  readonly setup: DemoSetup;
  readonly board: DemoBoard;
}

/** The spec's events; the board follows, and the scenario's steering is sent on the way. */
async function* followDemo(
  connection: Connection,
  specId: string,
  { signal, prose }: CommandRequest,
  { setup, board }: Stage,
): AsyncGenerator<StreamedEvent, void> {
  const pending = new Set(setup.scenario.steering);
  const request = { filter: { spec_id: specId }, signal };
  for await (const event of followSpec(connection, specId, request)) {
    const isStale = board.apply(event, stepEventTypes.includes(event.type));
    if (isStale) {
      board.graph = readGraph(await call(connection, "dag.get", { id: specId }, { signal }));
    }
    yield event;
    const steering = steeringFor(event, board, pending);
    if (steering === undefined) continue;
    const { action, instruction } = steering;
    try {
      const id = textAt(event, "agent_id");
      await call(connection, "agents.steer", { id, action, instruction }, { signal });
      pending.delete(steering);
    } catch (error) {
      // An agent that was quicker than its steering is over; the next one on the task gets it.
      if (!isCodedError(error) || error.code !== "AGENT_OVER") throw error;
      prose.warning(error.message);
    }
  }
  for (const { task_title: title } of pending) {
    if (setup.isScripted) prose.warning(`no agent worked on "${title}", so it was not steered`);
  }
}

function steeringFor(
  event: StreamedEvent,
  board: DemoBoard,
  pending: ReadonlySet<DemoSteering>,
): DemoSteering | undefined {
  if (event.type !== "agent.started") return undefined;
  if (textAt(fieldsAt(event, "data"), "execution_mode") !== "implementation") return undefined;
  const title = board.titleOf(textAt(event, "task_id") ?? "")?.toLowerCase();
  return [...pending].find((steering) => steering.task_title.toLowerCase() === title);
}

/** What becomes of the spec when somebody leaves the demo. */
async function leave(
  connection: Connection,
  specId: string,
  { isScripted }: DemoSetup,
  { prose }: CommandRequest,
): Promise<void> {
  if (!isScripted) {
    prose.note(
      `the spec goes on in the local server: "aomori spec logs ${specId} --follow", or "aomori spec cancel ${specId}"`,
    );
    return;
  }
  const signal = AbortSignal.timeout(cancelDeadlineMs);
  try {
    await call(connection, "specs.cancel", { id: specId }, { signal });
    prose.note(`spec ${specId} was cancelled: its scripted model goes with this process`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    prose.warning(
      `spec ${specId} could not be cancelled (${why}); do it with "aomori spec cancel ${specId}"`,
    );
  }
}

function notComplete(spec: unknown): TerminalError {
  const id = textAt(spec, "id") ?? "";
  const status = textAt(spec, "status") ?? "unknown";
  const phase = textAt(spec, "phase") ?? "?";
  const reason = textAt(fieldsAt(spec, "failure"), "message");
  const because = reason === undefined ? "" : `: ${reason}`;
  return new TerminalError(
    "partial",
    "DEMO_NOT_COMPLETE",
    `the demo ended ${status} in ${phase} instead of COMPLETE${because}; see "aomori spec status ${id}" and "aomori spec logs ${id}"`,
    { details: { spec_id: id, status, phase } },
  );
}

/** Proves the result: the merged branch's own tests, in a checkout that no agent has touched. */
async function ending(
  connection: Connection,
  spec: unknown,
  { context, signal }: CommandRequest,
  { startedAtMs, board }: { readonly startedAtMs: number; readonly board: DemoBoard },
): Promise<StreamedEvent> {
  const id = textAt(spec, "id") ?? "";
  const merge = fieldsOf(await call(connection, "dag.merge_status", { id }, { signal }));
  const branch = textAt(spec, "integration_branch") ?? "";
  const command = textsAt(merge["gate"], "command");
  const clones = homeLayout(context.env).clonesDirectory;
  const clone = join(clones, `${textAt(spec, "project_id") ?? ""}.git`);
  const tests =
    command.length === 0 ? undefined : await runFinalTests(clone, branch, command, signal);
  if (tests?.passed === false) {
    throw new TerminalError(
      "partial",
      "DEMO_NOT_COMPLETE",
      `the spec is COMPLETE, but "${command.join(" ")}" fails on ${branch}:\n${tests.output_tail}`,
    );
  }
  const counted = tests?.tests_passed ?? undefined;
  const passed =
    counted === undefined ? "passed" : `${counted} passed, ${tests?.tests_failed ?? 0} failed`;
  const took = durationText(Date.now() - startedAtMs);
  return {
    type: "demo.completed",
    at: new Date().toISOString(),
    spec_id: id,
    phase: textAt(spec, "phase"),
    repository: textAt(spec, "repository"),
    integration_branch: branch,
    commit: merge["integration_commit"],
    tests: tests === undefined ? "none found" : passed,
    tests_passed: tests?.tests_passed ?? null,
    tests_failed: tests?.tests_failed ?? null,
    example_task: board.graph.criticalPath[0] ?? board.graph.tasks[0]?.id ?? "",
    took,
    // From a clone there is no "aomori" on PATH.
    invocation: context.env["npm_lifecycle_event"] === undefined ? "aomori" : "npm run aomori --",
    summary: `COMPLETE in ${took}: tests of the merged branch: ${tests === undefined ? "none found" : passed}`,
  };
}
