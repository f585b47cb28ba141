import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { drawGraph } from "../src/dag/draw-graph.ts";
import type { GraphEdge } from "../src/dag/task-graph.ts";
import { impliedEdgesRemoved } from "../src/dag/task-graph.ts";
import { traceDrawing } from "./trace-drawing.ts";

const plain = (text: string): string => text;

function draw(ids: readonly string[], edges: readonly GraphEdge[]) {
  return drawGraph(ids, edges, {
    labelOf: (task) => ({ text: task, width: task.length }),
    isMarked: () => false,
    mark: plain,
    plain,
  });
}

/** `A>B` for each edge. */
function parse(text: string): { ids: string[]; edges: GraphEdge[] } {
  const edges = text.split(" ").map((word) => {
    const [from = "", to = ""] = word.split(">");
    return { from, to };
  });
  const ids = [...new Set(edges.flatMap(({ from, to }) => [from, to]))].toSorted();
  return { ids, edges };
}

const dags = fc.integer({ min: 1, max: 16 }).chain((size) =>
  fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: size * 3 }).map((pairs) => {
    const name = (index: number): string => `T${String(index).padStart(2, "0")}`;
    return {
      ids: Array.from({ length: size }, (_, index) => name(index)),
      edges: pairs
        .filter(([a, b]) => a !== b)
        .map(([a, b]) => ({ from: name(Math.min(a, b)), to: name(Math.max(a, b)) })),
    };
  }),
);

describe("a drawn graph", () => {
  test("looks like this for two chains", () => {
    const { ids, edges } = parse(
      "TSK-040>TSK-041 TSK-040>TSK-042 TSK-041>TSK-043 TSK-042>TSK-044 TSK-043>TSK-045 TSK-044>TSK-045",
    );
    expect(draw(ids, edges).rows).toEqual([
      "TSK-040 ─┬─ TSK-041 ─── TSK-043 ─┬─ TSK-045",
      "         │                       │",
      "         └─ TSK-042 ─── TSK-044 ─┘",
    ]);
  });

  test("gives lines that share some ends but not all a way of their own", () => {
    const { ids, edges } = parse("A>X A>Y B>Y B>Z");
    expect(draw(ids, edges).rows).toEqual([
      "A ───┬────── X",
      "     │",
      "B ─┐ └────┬─ Y",
      "   │      │",
      "   ├──────┘",
      "   │",
      "   └──────── Z",
    ]);
  });

  test("can be read back: its lines lead where its edges do, and nowhere else", () => {
    fc.assert(
      fc.property(dags, ({ ids, edges }) => {
        const shown = impliedEdgesRemoved(ids, edges);
        const { rows, width } = draw(ids, shown);
        const traced = traceDrawing(rows, ids);
        for (const id of ids) {
          const wanted = new Set(shown.filter(({ from }) => from === id).map(({ to }) => to));
          expect(traced.get(id), `${id} in\n${rows.join("\n")}`).toEqual(wanted);
        }
        for (const row of rows) expect(Array.from(row).length).toBeLessThanOrEqual(width);
      }),
      { numRuns: 400 },
    );
  });

  test("leaves out only edges that a longer path implies", () => {
    fc.assert(
      fc.property(dags, ({ ids, edges }) => {
        const kept = impliedEdgesRemoved(ids, edges);
        expect(reachability(ids, kept)).toEqual(reachability(ids, edges));
        for (const edge of kept) {
          const without = kept.filter((other) => other !== edge);
          expect(reachability(ids, without).get(edge.from)?.has(edge.to)).toBe(false);
        }
      }),
    );
  });
});

function reachability(
  ids: readonly string[],
  edges: readonly GraphEdge[],
): Map<string, Set<string>> {
  const all = new Map(ids.map((id) => [id, new Set<string>()]));
  for (const id of ids.toReversed()) {
    for (const { from, to } of edges) {
      if (from === id) all.set(id, new Set([...(all.get(id) ?? []), to, ...(all.get(to) ?? [])]));
    }
  }
  return all;
}
