import type { ProjectId, ProjectResource } from "@aomori/contract";
import { sql } from "kysely";

import { pageOfRows, timeCursor } from "../page.ts";
import type { Page, PageRequest } from "../page.ts";
import type { OrgScope } from "../scope.ts";
import type { OrgTransaction } from "../transaction.ts";

/** What the API shows is all there is. */
export type ProjectRow = ProjectResource;

const columns = ["id", "name", "repository", "defaultBranch", "createdAt"] as const;

/** Adds a project; a second one for a repository is refused by the database. */
export async function insertProject(
  transaction: OrgTransaction,
  project: Omit<ProjectResource, "createdAt">,
): Promise<ProjectResource> {
  return transaction
    .insert("projects", { ...project, createdAt: transaction.now })
    .returning(columns)
    .executeTakeFirstOrThrow();
}

export async function getProject(
  scope: OrgScope,
  id: ProjectId,
): Promise<ProjectResource | undefined> {
  return scope.select("projects").select(columns).where("id", "=", id).executeTakeFirst();
}

export async function findProjectByRepository(
  scope: OrgScope,
  repository: string,
): Promise<ProjectResource | undefined> {
  return scope
    .select("projects")
    .select(columns)
    .where("repository", "=", repository)
    .executeTakeFirst();
}

/** Newest first. */
export async function listProjects(
  scope: OrgScope,
  { limit, cursor }: PageRequest,
): Promise<Page<ProjectResource>> {
  const behind = timeCursor(cursor);
  let query = scope.select("projects").select(columns);
  if (behind !== undefined) {
    query = query.where(sql<boolean>`(created_at, id) < (${behind.at}, ${behind.id})`);
  }
  const rows = await query
    .orderBy("createdAt", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return pageOfRows(rows, limit, {
    item: (row) => row,
    position: (row) => [row.createdAt, row.id],
  });
}
