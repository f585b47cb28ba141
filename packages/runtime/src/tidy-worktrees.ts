import type { Log, Workspaces } from "@aomori/engine";
import { allOrganizations, listProjects, listSpecs, listTaskRows } from "@aomori/store";
import type { Store } from "@aomori/store";

const over: readonly string[] = ["completed", "cancelled"];

/** Removes the worktrees of specs that are over, or that nobody knows, from every project's clone. */
export async function tidyWorktrees(store: Store, workspaces: Workspaces, log: Log): Promise<void> {
  for (const { id: orgId } of await allOrganizations(store)) {
    const scope = store.scope(orgId);
    for (let cursor: string | undefined; ;) {
      const page = await listProjects(scope, {
        limit: 100,
        ...(cursor === undefined ? {} : { cursor }),
      });
      for (const project of page.items) {
        const wanted = await wantedOf(store, orgId, project.id);
        const removed = await workspaces.reconcile(project.id, wanted);
        for (const path of removed) log.info("removed an orphaned worktree", { path });
      }
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
  }
}

async function wantedOf(
  store: Store,
  orgId: Parameters<Store["scope"]>[0],
  projectId: Parameters<Workspaces["reconcile"]>[0],
): Promise<Parameters<Workspaces["reconcile"]>[1]> {
  const scope = store.scope(orgId);
  const { items } = await listSpecs(scope, { projectId, limit: 500 });
  const open = items.filter((spec) => !over.includes(spec.status));
  return Promise.all(
    open.map(async ({ id }) => ({
      specId: id,
      taskIds: (await listTaskRows(scope, id)).map((task) => task.id),
    })),
  );
}
