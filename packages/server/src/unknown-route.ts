import { UserError } from "@aomori/protocol";
import { nearest } from "./nearest.ts";

export interface Route {
  readonly method: string;
  /** With `{name}` placeholders. */
  readonly path: string;
}

const segmentsOf = (path: string): string[] => path.split("/").filter((part) => part !== "");

function matches(template: string, path: string): boolean {
  const parts = segmentsOf(path);
  const wanted = segmentsOf(template);
  return (
    parts.length === wanted.length &&
    wanted.every((part, index) => part.startsWith("{") || part === parts[index])
  );
}

/** The template with the caller's own values in its placeholders, so that only names count as typing mistakes. */
function filled(template: string, path: string): string {
  const parts = segmentsOf(path);
  const wanted = segmentsOf(template);
  return `/${wanted.map((part, index) => (part.startsWith("{") ? (parts[index] ?? part) : part)).join("/")}`;
}

/** Why nothing answers at `path`: another method does (`allow` lists them), or a near path is meant. */
export function unknownRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { readonly error: UserError; readonly allow: readonly string[] } {
  const allow = routes.filter((route) => matches(route.path, path)).map((route) => route.method);
  if (allow.length > 0) {
    const message = `${path} does not take ${method}; it takes ${allow.join(", ")}`;
    return { error: new UserError("usage", "METHOD_NOT_ALLOWED", message), allow };
  }
  const near = nearest(
    path,
    routes.map((route) => filled(route.path, path)),
  );
  const hint = near === undefined ? "every route is in /openapi.json" : `did you mean ${near}?`;
  const message = `there is no ${method} ${path.slice(0, 200)}; ${hint}`;
  return { error: new UserError("not_found", "ROUTE_NOT_FOUND", message), allow };
}
