import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import { DependencyGraph } from "../../src/cache/dependencies/graph.ts";
import { createCache, memoryLevel, serialisedLevel } from "../../src/cache/index.ts";
import { RemoteLevel, metadata } from "./world.ts";

const key = (id: string) => ({ kind: "key" as const, id });

describe("invalidating along the dependency graph", () => {
  function make() {
    return createCache<string>({
      levels: [memoryLevel({ entries: 4 }), serialisedLevel({ entries: 1000 })],
    });
  }

  it("takes everything derived, however far, from all levels, and nothing else", () => {
    const cache = make();
    cache.set("source", "v");
    cache.set("page", "v", { dependsOn: ["source"] });
    cache.set("index", "v", { dependsOn: ["page"] });
    cache.set("site", "v", { dependsOn: ["index", "theme"] });
    cache.set("bystander", "v", { dependsOn: ["theme"] });
    for (let i = 0; i < 10; i++) cache.set(`k${i}`, "pushes them out of level 1");
    expect(cache.invalidate("source")).toBe(4);
    for (const gone of ["source", "page", "index", "site"]) expect(cache.get(gone)).toBeUndefined();
    expect(cache.get("bystander")).toBe("v");
    expect(cache.invalidate("theme")).toBe(2);
  });

  it("goes round a cycle once", () => {
    const cache = make();
    cache.set("a", "v", { dependsOn: ["c", "a"] });
    cache.set("b", "v", { dependsOn: ["a"] });
    cache.set("c", "v", { dependsOn: ["b"] });
    expect(cache.get("a")).toBe("v");
    expect(cache.invalidate("b")).toBe(3);
    expect(cache.statistics().graph).toEqual({ nodes: 0, edges: 0 });
  });

  it("works from a source that was never an entry, from tags and from events", () => {
    const cache = make();
    cache.set("a", "v", { dependsOn: ["file:settings"] });
    cache.set("b", "v", { tags: ["red", "round"] });
    cache.set("c", "v", { tags: ["red"], events: ["theme-changed"] });
    cache.set("d", "v", { dependsOn: ["c"] });
    cache.invalidate("file:settings");
    expect(cache.get("a")).toBeUndefined();
    expect(cache.announce("theme-changed")).toBe(2);
    expect([cache.get("b"), cache.get("c"), cache.get("d")]).toEqual(["v", undefined, undefined]);
    cache.invalidateTags("red");
    expect(cache.get("b")).toBeUndefined();
  });

  it("tells tags, events and keys of one name apart", () => {
    const cache = make();
    cache.set("a", "v", { tags: ["x"] });
    cache.set("b", "v", { events: ["x"] });
    cache.set("c", "v", { dependsOn: ["x"] });
    cache.invalidateTags("x");
    expect([cache.get("a"), cache.get("b"), cache.get("c")]).toEqual([undefined, "v", "v"]);
    cache.invalidate("x");
    expect([cache.get("b"), cache.get("c")]).toEqual(["v", undefined]);
  });

  it("still reaches what was derived through an entry that was evicted", () => {
    const cache = createCache<string>({ levels: [memoryLevel({ entries: 2 })] });
    cache.set("between", "v", { dependsOn: ["source"] });
    cache.set("derived", "v", { dependsOn: ["between"] });
    cache.get("derived");
    cache.set("other", "v");
    expect(cache.get("between")).toBeUndefined();
    cache.invalidate("source");
    expect(cache.get("derived")).toBeUndefined();
  });

  it("follows the sources of the newest value only", () => {
    const cache = make();
    cache.set("a", "v1", { dependsOn: ["x"] });
    cache.set("a", "v2", { dependsOn: ["y"] });
    cache.invalidate("x");
    expect(cache.get("a")).toBe("v2");
    cache.set("a", "v3");
    cache.invalidate("y");
    expect(cache.get("a")).toBe("v3");
    expect(cache.statistics().graph).toEqual({ nodes: 0, edges: 0 });
  });

  it("doesn't believe what an earlier run left in a level that can't tell what is in it", async () => {
    const remote = new RemoteLevel();
    const first = createCache<string>({ levels: [memoryLevel({ entries: 9 }), remote] });
    first.set("plain", "v");
    first.set("derived", "v", { dependsOn: ["source"] });
    await first.flush();
    const second = createCache<string>({ levels: [memoryLevel({ entries: 9 }), remote] });
    second.invalidate("source");
    expect(await second.read("plain")).toBe("v");
    expect(await second.read("derived")).toBeUndefined();
  });
});

describe("the graph", () => {
  const names = ["a", "b", "c", "d", "e", "f", "g"];
  const name = fc.constantFrom(...names);
  const step = fc.oneof(
    fc.record({ tag: fc.constant("record" as const), name, from: fc.uniqueArray(name) }),
    fc.record({ tag: fc.constant("left" as const), name }),
    fc.record({ tag: fc.constant("cascade" as const), name }),
  );

  it("never misses what was derived, and forgets what nobody needs", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const graph = new DependencyGraph({}, () => undefined);
        // Edges of all that was ever recorded and not invalidated: a graph that never forgets.
        const loose = new Map<string, readonly string[]>();
        const held = new Set<string>();
        const derivedFrom = (edges: ReadonlyMap<string, readonly string[]>, seed: string) => {
          const reached = new Set([seed]);
          for (let grew = true; grew;) {
            grew = false;
            for (const [to, from] of edges) {
              if (!reached.has(to) && from.some((one) => reached.has(one))) {
                reached.add(to);
                grew = true;
              }
            }
          }
          return reached;
        };
        // The same, without what isn't held and nothing held was derived from.
        const strict = (): ReadonlyMap<string, readonly string[]> =>
          new Map(
            [...loose].filter(([id]) => [...derivedFrom(loose, id)].some((one) => held.has(one))),
          );
        for (const one of steps) {
          if (one.tag === "record") {
            graph.record(one.name, metadata({ dependsOn: one.from }), 1);
            held.add(one.name);
            loose.set(one.name, one.from);
          } else if (one.tag === "left") {
            graph.left(one.name, 1);
            held.delete(one.name);
            for (const id of loose.keys()) if (!strict().has(id)) loose.delete(id);
          } else {
            const least = derivedFrom(loose, one.name);
            const reached = new Set(graph.cascade([key(one.name)]).map(({ id }) => id));
            for (const id of least) {
              if (held.has(id) && id !== one.name) expect(reached).toContain(id);
            }
            for (const id of [...reached, one.name]) {
              held.delete(id);
              loose.delete(id);
            }
          }
        }
        for (const id of names) graph.cascade([key(id)]);
        expect([graph.nodes, graph.edges]).toEqual([0, 0]);
      }),
      { numRuns: 2_000 },
    );
  });

  it("keeps the past of what an entry is made from again", () => {
    for (const limits of [{}, { nodes: 4, edges: 2 }]) {
      const graph = new DependencyGraph(limits, () => undefined);
      graph.record("between", metadata({ dependsOn: ["source"] }), 1);
      graph.record("derived", metadata({ dependsOn: ["between"] }), 1);
      graph.left("between", 1);
      graph.record("derived", metadata({ dependsOn: ["between"] }), 1);
      const reached = graph.cascade([key("source")]).map(({ id }) => id);
      expect(reached).toEqual(["source", "between", "derived"]);
      expect([graph.nodes, graph.edges]).toEqual([0, 0]);
    }
  });

  it("stays within its limits whatever is recorded again, and misses nothing it didn't give up", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const gone = new Set<string>();
        const graph = new DependencyGraph({ nodes: 5, edges: 6 }, (ids) => {
          for (const id of ids) gone.add(id);
        });
        // What was recorded last of each entry that is held.
        const direct = new Map<string, readonly string[]>();
        for (const one of steps) {
          gone.clear();
          if (one.tag === "record") {
            const kept = graph.record(one.name, metadata({ dependsOn: one.from }), 1);
            if (kept) direct.set(one.name, one.from);
            else direct.delete(one.name);
          } else if (one.tag === "left") {
            graph.left(one.name, 1);
            direct.delete(one.name);
          } else {
            const reached = graph.cascade([key(one.name)]).map(({ id }) => id);
            for (const [id, from] of direct) {
              if (from.includes(one.name)) expect(reached).toContain(id);
            }
            for (const id of reached) direct.delete(id);
          }
          for (const id of gone) if (one.tag !== "record" || id !== one.name) direct.delete(id);
          expect(graph.nodes).toBeLessThanOrEqual(5);
          expect(graph.edges).toBeLessThanOrEqual(6);
        }
        for (const id of names) graph.cascade([key(id)]);
        expect([graph.nodes, graph.edges]).toEqual([0, 0]);
      }),
      { numRuns: 2_000 },
    );
  });

  it("drops cycles that nobody holds when they grow too many", () => {
    const graph = new DependencyGraph({}, () => undefined);
    for (let i = 0; i < 20_000; i++) {
      graph.record(`a${i}`, metadata({ dependsOn: [`b${i}`] }), 1);
      graph.record(`b${i}`, metadata({ dependsOn: [`a${i}`] }), 1);
      graph.left(`a${i}`, 1);
      graph.left(`b${i}`, 1);
      expect(graph.nodes).toBeLessThan(3_000);
    }
  });

  it("stays within its limits by giving up the entries recorded longest ago", () => {
    const gone: string[] = [];
    const graph = new DependencyGraph({ nodes: 100, edges: 150 }, (keys) => gone.push(...keys));
    for (let i = 0; i < 1_000; i++) {
      expect(graph.record(`k${i}`, metadata({ dependsOn: [`s${i}`, "all"] }), 1)).toBe(true);
      expect(graph.nodes).toBeLessThanOrEqual(100);
      expect(graph.edges).toBeLessThanOrEqual(150);
    }
    expect(gone[0]).toBe("k0");
    const kept = graph.cascade([key("all")]).map(({ id }) => id);
    expect(kept.filter((id) => gone.includes(id))).toEqual([]);
    expect(kept.length - 1 + gone.length).toBe(1_000);
  });

  it("refuses an entry with more sources than it may hold, which is then not cached", () => {
    const cache = createCache<string>({
      levels: [memoryLevel({ entries: 9 }), serialisedLevel({ entries: 9 })],
      graph: { nodes: 10, edges: 10 },
    });
    cache.set("a", "before");
    cache.set("a", "v", { tags: Array.from({ length: 50 }, (_, i) => `t${i}`) });
    expect(cache.get("a")).toBeUndefined();
  });

  it("has no node for entries that name nothing and are named by nothing", () => {
    const cache = createCache<string>({ levels: [memoryLevel({ entries: 100 })] });
    for (let i = 0; i < 100; i++) cache.set(`k${i}`, "v");
    expect(cache.statistics().graph.nodes).toBe(0);
    for (let i = 0; i < 1_000; i++) cache.set(`d${i}`, "v", { tags: [`t${i}`] });
    expect(cache.statistics().graph.nodes).toBe(200);
  });

  it("invalidates 10,000 derived entries over 5 levels of depth in one go", () => {
    const cache = createCache<number>({
      levels: [memoryLevel({ entries: 20_000 }), serialisedLevel({ entries: 20_000 })],
    });
    cache.set("0", 0);
    for (let i = 1; i <= 10_000; i++) {
      cache.set(`${i}`, i, { dependsOn: [`${i <= 2_000 ? 0 : i - 2_000}`] });
    }
    cache.set("bystander", 1);
    expect(cache.invalidate("0")).toBe(10_001);
    expect(cache.statistics().levels.map(({ entries }) => entries)).toEqual([1, 1]);
  });
});
