import { expect, test } from "vitest";

import {
  checkStore,
  findTaskRow,
  insertTasks,
  localOrgId,
  readEvents,
  reserveNumbers,
  updateTask,
} from "../src/index.ts";
import type { CommitNotice } from "../src/index.ts";
import { describeStores } from "./describe-stores.ts";
import { addSpec, addTasks, at } from "./fixtures.ts";

const writers = 8;
const rounds = 25;

describeStores("concurrent writers", (kind) => {
  test("whoever reads what is committed never sees a seq appear behind one it has seen", async () => {
    const { store } = await kind.open();
    const other = kind.kind === "postgres" ? await kind.open(store) : undefined;
    const notices: CommitNotice[] = [];
    store.events.onCommit((notice) => notices.push(notice));
    const specId = await store.transaction(localOrgId, (tx) => addSpec(tx));

    let writing = true;
    const seen: number[] = [];
    const reader = (async () => {
      for (let more = true; more;) {
        more = writing;
        const events = await readEvents(store.scope(localOrgId), {
          after: seen.at(-1) ?? 0,
          limit: 1_000,
        });
        seen.push(...events.map((event) => event.seq));
      }
    })();
    await Promise.all(
      Array.from({ length: writers }, async (_, writer) => {
        const target = writer % 2 === 0 || other === undefined ? store : other.store;
        for (let round = 0; round < rounds; round += 1) {
          await target.transaction(localOrgId, async (tx) => {
            if (round % 5 === 0) await reserveNumbers(tx, { tickets: 1 });
            for (let index = 0; index <= (writer + round) % 3; index += 1) {
              tx.emit({
                type: "spec.merging",
                specId,
                summary: `${writer}/${round}/${index}`,
                data: {},
              });
            }
          });
        }
      }),
    );
    writing = false;
    await reader;

    const all = await readEvents(store.scope(localOrgId), { after: 0, limit: 10_000 });
    expect(seen).toEqual(all.map((event) => event.seq));
    expect(seen).toEqual(seen.map((_, index) => index + 1));
    for (let writer = 0; writer < writers; writer += 1) {
      const own = all
        .filter((event) => event.summary.startsWith(`${writer}/`))
        .map((event) => event.summary);
      expect(own, "one writer's events stand in the order it wrote them").toEqual(
        own.toSorted((left, right) => rank(left) - rank(right)),
      );
    }
    const heads = notices.map((notice) => notice.lastSeq);
    expect(heads).toEqual(heads.toSorted((left, right) => left - right));
    expect(new Set(heads).size).toBe(heads.length);
    await expect.poll(() => notices.at(-1)?.lastSeq, { timeout: 5_000 }).toBe(seen.length);
    expect(await checkStore(store)).toEqual([]);
  });

  test("two transactions that wait for each other both come through", async () => {
    const { store } = await kind.open();
    const rows = await store.transaction(localOrgId, async (tx) =>
      addTasks(tx, await addSpec(tx), [[], []]),
    );
    const [first, second] = [at(rows, 0).id, at(rows, 1).id];
    let together = 0;
    const bothBegan = async (): Promise<void> => {
      together += 1;
      // PGlite has one connection, so the second begins only when the first has ended.
      if (kind.kind === "postgres")
        await expect.poll(() => together, { timeout: 5_000 }).toBeGreaterThan(1);
    };
    const cross = (left: typeof first, right: typeof first): Promise<void> =>
      store.transaction(localOrgId, async (tx) => {
        await findTaskRow(tx, left, { lock: true });
        await bothBegan();
        updateTask(tx, right, { baseCommit: left });
        tx.emit({ type: "task.ready", summary: left, data: {} });
      });
    await Promise.all([cross(first, second), cross(second, first)]);
    const events = await readEvents(store.scope(localOrgId), { after: 0, limit: 10 });
    expect(events.map((event) => event.summary).sort()).toEqual([first, second]);
  });

  test("tasks inserted at once get numbers of their own", async () => {
    const { store } = await kind.open();
    const specId = await store.transaction(localOrgId, (tx) => addSpec(tx));
    await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        store.transaction(localOrgId, (tx) =>
          addTasks(tx, specId, [[]], { localId: `L-${index}` }),
        ),
      ),
    );
    expect(await store.transaction(localOrgId, (tx) => insertTasks(tx, []))).toEqual([]);
    expect(await checkStore(store)).toEqual([]);
  });
});

function rank(summary: string): number {
  const [, round = "0", index = "0"] = summary.split("/");
  return Number(round) * 10 + Number(index);
}
