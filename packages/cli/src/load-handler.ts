import type { CommandHandler } from "@aomori/command";

type HandlerModule = { readonly handler: CommandHandler };

/**
 * The commands that do more than pass one request on, each in `commands/<name with dashes>.ts`; a command
 * without one is its operation. A build makes one bundle of each.
 */
export const handlerModules: Readonly<Record<string, () => Promise<HandlerModule>>> = {
  "agent inspect": () => import("./commands/agent-inspect.ts"),
  "agent list": () => import("./commands/agent-list.ts"),
  "agent spawn": () => import("./commands/agent-spawn.ts"),
  "config set": () => import("./commands/config-set.ts"),
  "config show": () => import("./commands/config-show.ts"),
  "config unset": () => import("./commands/config-unset.ts"),
  "dag conflicts": () => import("./commands/dag-conflicts.ts"),
  "dag critical-path": () => import("./commands/dag-critical-path.ts"),
  "dag merge": () => import("./commands/dag-merge.ts"),
  "dag merge-status": () => import("./commands/dag-merge-status.ts"),
  "dag show": () => import("./commands/dag-show.ts"),
  demo: () => import("./commands/demo.ts"),
  doctor: () => import("./commands/doctor.ts"),
  "events stream": () => import("./commands/events-stream.ts"),
  login: () => import("./commands/login.ts"),
  logout: () => import("./commands/logout.ts"),
  openapi: () => import("./commands/openapi.ts"),
  "registry pull": () => import("./commands/registry-pull.ts"),
  "registry schema": () => import("./commands/registry-schema.ts"),
  "registry search": () => import("./commands/registry-search.ts"),
  "registry show": () => import("./commands/registry-show.ts"),
  "registry submit": () => import("./commands/registry-submit.ts"),
  "registry verify": () => import("./commands/registry-verify.ts"),
  "server logs": () => import("./commands/server-logs.ts"),
  "server start": () => import("./commands/server-start.ts"),
  "server status": () => import("./commands/server-status.ts"),
  "server stop": () => import("./commands/server-stop.ts"),
  "spec advance": () => import("./commands/spec-advance.ts"),
  "spec approve": () => import("./commands/spec-approve.ts"),
  "spec artifacts": () => import("./commands/spec-artifacts.ts"),
  "spec attempts": () => import("./commands/spec-attempts.ts"),
  "spec cancel": () => import("./commands/spec-cancel.ts"),
  "spec create": () => import("./commands/spec-create.ts"),
  "spec edit": () => import("./commands/spec-edit.ts"),
  "spec logs": () => import("./commands/spec-logs.ts"),
  "spec reject": () => import("./commands/spec-reject.ts"),
  "spec retry": () => import("./commands/spec-retry.ts"),
  "spec status": () => import("./commands/spec-status.ts"),
  "spec wait": () => import("./commands/spec-wait.ts"),
  "store check": () => import("./commands/store-check.ts"),
  "store export": () => import("./commands/store-export.ts"),
  "store import": () => import("./commands/store-import.ts"),
  "task cancel": () => import("./commands/task-cancel.ts"),
  "task diff": () => import("./commands/task-diff.ts"),
  "task logs": () => import("./commands/task-logs.ts"),
  "task result": () => import("./commands/task-result.ts"),
  "task retry": () => import("./commands/task-retry.ts"),
  "task show": () => import("./commands/task-show.ts"),
  uninstall: () => import("./commands/uninstall.ts"),
};

/** The file of a command's own handler, below `commands/`. */
export function handlerFile(command: string): string {
  return `${command.replaceAll(" ", "-")}.ts`;
}
