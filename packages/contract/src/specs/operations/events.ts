import { defineOperation } from "@aomori/operation";
import { pageOf } from "../../page.ts";
import { Event, ListEvents, StreamEvents } from "../event.ts";
import { GetProject, ListProjects, Project } from "../project.ts";

export const streamEvents = defineOperation({
  id: "events.stream",
  summary: "Stream events as they happen; resumes behind Last-Event-ID",
  http: { method: "GET", path: "/api/events/stream" },
  input: StreamEvents,
  events: Event,
  scope: "events:read",
  effects: { readOnly: true },
  cli: { command: "events stream", flags: { spec_id: "spec", task_id: "task", agent_id: "agent" } },
});

export const listEvents = defineOperation({
  id: "events.list",
  summary: "List events, oldest first",
  http: { method: "GET", path: "/api/events" },
  input: ListEvents,
  output: pageOf(Event),
  scope: "events:read",
  effects: { readOnly: true },
  cli: {
    command: "events list",
    columns: ["at", "type", "summary"],
    flags: { spec_id: "spec", task_id: "task", agent_id: "agent" },
  },
});

export const listProjects = defineOperation({
  id: "projects.list",
  summary: "List the repositories that specs work on",
  http: { method: "GET", path: "/api/projects" },
  input: ListProjects,
  output: pageOf(Project),
  scope: "specs:read",
  effects: { readOnly: true },
  cli: { command: "project list", columns: ["id", "name", "repository"] },
});

export const getProject = defineOperation({
  id: "projects.get",
  summary: "Show a project",
  http: { method: "GET", path: "/api/projects/{id}" },
  input: GetProject,
  output: Project,
  scope: "specs:read",
  effects: { readOnly: true },
  errors: ["PROJECT_NOT_FOUND"],
  cli: { command: "project show", positionals: ["id"] },
});
