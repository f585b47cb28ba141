import type { SpecId } from "@aomori/contract";
import type { Log, Workspaces } from "@aomori/engine";
import { allOrganizations, listProjects, listSpecs, listTaskRows } from "@aomori/store";
import type { Page, PageRequest, Store } from "@aomori/store";

const over: readonly string[] = ["completed", "cancelled"];

/** Removes the worktrees of specs that are over, or that nobody knows, from every project's clone. */
export async function tidyWorktrees(
  store: Store,
  workspaces: Pick<Workspaces, "reconcile">,
  log: Log,
): Promise<void> {
  for (const { id: orgId } of await allOrganizations(store)) {
    const scope = store.scope(orgId);
    for await (const project of pagesOf((page) => listProjects(scope, page))) {
      const wanted = await wantedOf(store, orgId, project.id);
      const removed = await workspaces.reconcile(project.id, wanted);
      for (const path of removed) log.info("removed an orphaned worktree", { path });
    }
  }
}

async function wantedOf(
  store: Store,
  orgId: Parameters<Store["scope"]>[0],
  projectId: Parameters<Workspaces["reconcile"]>[0],
): Promise<Parameters<Workspaces["reconcile"]>[1]> {
  const scope = store.scope(orgId);
  const open: SpecId[] = [];
  for await (const spec of pagesOf((page) => listSpecs(scope, { projectId, ...page }))) {
    if (!over.includes(spec.status)) open.push(spec.id);
  }
  return Promise.all(
    open.map(async (specId) => ({
      specId,
      taskIds: (await listTaskRows(scope, specId)).map((task) => task.id),
    })),
  );
}

async function* pagesOf<Item>(
  list: (page: PageRequest) => Promise<Page<Item>>,
): AsyncGenerator<Item, void> {
  for (let cursor: string | undefined; ;) {
    const page = await list({ limit: 100, ...(cursor === undefined ? {} : { cursor }) });
    yield* page.items;
    if (page.nextCursor === null) return;
    cursor = page.nextCursor;
  }
}
