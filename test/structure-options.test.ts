// Options of the data structures that stand alone: pools, caches and their levels, texts and lists.
import { describe, expect, test } from "vitest";
import { TenonError } from "../src/errors.ts";
import {
  type CacheLevel,
  coarseClock,
  createCache,
  memoryLevel,
  type NamespaceOptions,
  packLevel,
  portLevel,
  serialisedLevel,
  storeLevel,
} from "../src/cache/index.ts";
import {
  createBufferPool,
  createInstancePool,
  createInterner,
  createMemoryPool,
  createPool,
  createQueuedPool,
} from "../src/pool/index.ts";
import {
  bufferFrom,
  MarkerTree,
  TextBuilder,
  TextBuffer,
  TextDocument,
  TextSearch,
  Utf8View,
  VirtualList,
} from "../src/text/index.ts";

const never = { after: () => ({ [Symbol.dispose]() {} }) };
const trims = { trimEvery: 1000, timers: never };
const items = { create: () => ({}), reset: () => true, max: 2 };
const files = { isAlive() {}, list: () => [], create() {}, open() {}, rename() {}, remove() {} };
const store = { read() {}, write() {}, clear() {}, heads() {}, close() {} };
const one = (): MemoryLevelOfAny => memoryLevel<unknown>({ entries: 1 });
type MemoryLevelOfAny = ReturnType<typeof memoryLevel<unknown>>;

const notNumbers = ["5", null, {}, Number.NaN];
const limits = [-1, 1.5, -Infinity, ...notNumbers];
const times = [-1, -Infinity, ...notNumbers];
const finite = [...limits, Infinity];
const notFunctions = [5, "f", null, {}];
const notObjects = [5, "x", null, []];
const notFlags = [0, "yes", null];

interface Door {
  readonly code: string;
  readonly make: (options: never) => unknown;
  readonly good: object;
  /** Values that make no sense, by the option's name. */
  readonly wrong: Readonly<Record<string, readonly unknown[]>>;
  /** Options that must be given. */
  readonly needs?: readonly string[];
}

const bounded = { max: [0, ...limits], maxIdle: limits };
const trimming = { trimEvery: [0, ...times], timers: [...notObjects, {}] };
const levelLimits = { entries: [0, ...finite], bytes: [0, ...finite] };
const entry = {
  ttl: times,
  staleWhileRevalidate: times,
  grace: times,
  negativeTtl: times,
  jitter: [-1, 2, ...notNumbers],
  tags: [5, "x", [5], null],
};
const load = { ...entry, softTimeout: times, hardTimeout: times, graceBackoff: times };

const cache = createCache<unknown>({ levels: [one()], timers: never });
const spaces = (options: NamespaceOptions<unknown>): unknown => {
  const inner = createCache<unknown>({ levels: [one()] });
  return inner.namespace("n", options);
};

const doors: Readonly<Record<string, Door>> = {
  createPool: {
    code: "pool-options",
    make: createPool,
    good: { ...items, ...trims, maxIdle: 0, destroy() {} },
    wrong: { ...bounded, ...trimming, create: notFunctions, reset: notFunctions, destroy: [5] },
    needs: ["create", "reset", "max"],
  },
  createQueuedPool: {
    code: "pool-options",
    make: createQueuedPool,
    good: { ...items, ...trims, maxWaiting: Infinity },
    wrong: { ...bounded, ...trimming, maxWaiting: limits, create: notFunctions, isAlive: [5] },
    needs: ["create", "max"],
  },
  createInstancePool: {
    code: "pool-options",
    make: createInstancePool,
    good: { create: () => ({}), state: () => ({ memories: [], globals: [] }), max: 2, ...trims },
    wrong: { ...bounded, ...trimming, create: notFunctions, state: notFunctions, touched: [5] },
    needs: ["create", "state", "max"],
  },
  createBufferPool: {
    code: "pool-options",
    make: createBufferPool,
    good: { largest: 4096, idleBytes: 0, bytes: Infinity, ...trims },
    wrong: { largest: [5, 2 ** 31, ...finite], idleBytes: limits, bytes: [0, ...limits] },
  },
  createMemoryPool: {
    code: "pool-options",
    make: createMemoryPool,
    good: { pages: 5, idlePages: 0, ...trims },
    wrong: { pages: [0, ...limits], idlePages: limits, ...trimming },
  },
  "MemoryPool.acquire": {
    code: "pool-options",
    make: (shape) => createMemoryPool().acquire(shape),
    good: { initial: 0, maximum: 1 },
    wrong: { initial: [65_537, ...finite], maximum: [65_537, ...finite] },
    needs: ["initial"],
  },
  createInterner: {
    code: "pool-options",
    make: createInterner,
    good: { entries: 5, decode: () => "" },
    wrong: { entries: [0, 2 ** 21, ...finite], decode: notFunctions },
  },
  createCache: {
    code: "cache-options",
    make: createCache,
    good: { levels: [one()], timers: never, refreshEvery: Infinity, retryAfter: 0, graph: {} },
    wrong: {
      levels: [5, [], [{}], [{ options: {} }], Array(32).fill(one())],
      retryAfter: times,
      levelTimeout: times,
      refreshEvery: [0, ...times],
      timers: [...notObjects, {}],
      clock: [...notObjects, {}],
      codec: [...notObjects, {}, { encode() {} }],
      random: notFunctions,
      isValid: notFunctions,
      graph: notObjects,
      defaults: notObjects,
    },
    needs: ["levels"],
  },
  "createCache, graph": {
    code: "cache-options",
    make: (graph) => createCache({ levels: [one()], graph }),
    good: { nodes: 1, edges: Infinity },
    wrong: { nodes: [0, ...limits], edges: [0, ...limits] },
  },
  "createCache, defaults": {
    code: "cache-options",
    make: (defaults) => createCache({ levels: [one()], timers: never, defaults }),
    good: { ttl: Infinity, hardTimeout: 5 },
    wrong: load,
  },
  "Cache.set": {
    code: "cache-options",
    make: (options) => cache.set("k", 1, options),
    good: { ttl: 2 ** 40, tags: ["x"] },
    wrong: load,
  },
  "LoadContext.keep": {
    code: "cache-options",
    make: (options) => {
      cache.delete("kept");
      return cache.getOrLoad("kept", (context) => void context.keep(options));
    },
    good: { ttl: 5, tags: ["x"] },
    wrong: entry,
  },
  "Cache.namespace": {
    code: "cache-options",
    make: spaces,
    good: { memory: { entries: 1 }, quota: { bytes: 5 }, defaults: { ttl: 5 } },
    wrong: { memory: notObjects, quota: notObjects, defaults: notObjects },
    needs: ["memory"],
  },
  "Cache.namespace, memory": {
    code: "cache-options",
    make: (memory) => spaces({ memory }),
    good: { entries: 1, bytes: 5, sizeOf: () => 1 },
    wrong: { ...levelLimits, sizeOf: notFunctions },
  },
  "Cache.namespace, quota": {
    code: "cache-options",
    make: (quota) => spaces({ memory: { entries: 1 }, quota }),
    good: { entries: 1 },
    wrong: levelLimits,
  },
  memoryLevel: {
    code: "cache-options",
    make: memoryLevel,
    good: { entries: 1, sizeOf: () => 1 },
    wrong: { ...levelLimits, sizeOf: notFunctions },
  },
  serialisedLevel: {
    code: "cache-options",
    make: serialisedLevel,
    good: { bytes: 5, name: "mine" },
    wrong: { ...levelLimits, name: [5, null], compression: notObjects },
  },
  "serialisedLevel, compression": {
    code: "cache-options",
    make: (compression) => serialisedLevel({ bytes: 5, compression }),
    good: { minBytes: 0, compress() {}, decompress() {} },
    wrong: { minBytes: limits, compress: notFunctions, decompress: notFunctions },
    needs: ["compress", "decompress"],
  },
  storeLevel: {
    code: "cache-options",
    make: storeLevel,
    good: { store, bytes: 5, checksum: () => 0 },
    wrong: { ...levelLimits, store: [...notObjects, {}], name: [5], checksum: notFunctions },
    needs: ["store"],
  },
  packLevel: {
    code: "cache-options",
    make: packLevel,
    good: { files, bytes: 2 ** 20, lookEvery: Infinity },
    wrong: {
      files: [...notObjects, {}],
      bytes: [5, ...finite],
      segmentBytes: [5, ...finite],
      lookEvery: times,
      clock: [5, {}],
      random: notFunctions,
    },
    needs: ["files"],
  },
  TextDocument: {
    code: "usage",
    make: (options) => new TextDocument("", options),
    good: { undoBytes: 0, logBytes: Infinity },
    wrong: { undoBytes: ["5", null, {}], logBytes: ["5", null, {}] },
  },
  "TextDocument.edit": {
    code: "usage",
    make: (options) => new TextDocument("").edit([], options),
    good: { origin: "me", author: "own", group: "typing" },
    wrong: { origin: [5, null], author: ["mine", 5, null], group: [5, null] },
  },
  "TextDocument.apply": {
    code: "usage",
    make: (options) => new TextDocument("").apply(0, [], options),
    good: { origin: "me", author: "foreign" },
    wrong: { origin: [5, null], author: ["mine", 5, null] },
  },
  "TextDocument.undo": {
    code: "usage",
    make: (options) => new TextDocument("").undo(options),
    good: { origin: "me" },
    wrong: { origin: [5, null] },
  },
  TextSearch: {
    code: "usage",
    make: (options) => new TextSearch(new TextBuffer("x"), "x", options),
    good: { from: 0, to: 1, ignoreCase: true, wholeWord: false, reach: 5, wellFormed: true },
    wrong: { ignoreCase: notFlags, wholeWord: notFlags, wellFormed: notFlags, from: ["0", null] },
  },
  "TextSearch.run": {
    code: "usage",
    make: (budget) => new TextSearch(new TextBuffer("x"), "x").run(budget),
    good: { milliseconds: 5, clock: () => 0, matches: 1 },
    wrong: { milliseconds: ["5", null], clock: notFunctions, matches: ["5", null] },
  },
  "MarkerTree.add": {
    code: "usage",
    make: (options) => new MarkerTree(7).add(0, 1, undefined, options),
    good: { startBias: "before", endBias: "after" },
    wrong: { startBias: ["left", 5, null], endBias: ["left", 5, null] },
  },
  "MarkerTree.replaceAll": {
    code: "usage",
    make: (options) => new MarkerTree(7).replaceAll([], options),
    good: { startBias: "before" },
    wrong: { startBias: ["left", 5, null] },
  },
  TextBuilder: {
    code: "usage",
    make: (options) => new TextBuilder(options),
    good: { malformed: "replace" },
    wrong: { malformed: ["keep", true, null] },
  },
  bufferFrom: {
    code: "usage",
    make: (options) => bufferFrom([], options),
    good: { malformed: "refuse" },
    wrong: { malformed: ["keep", true, null] },
  },
  Utf8View: {
    code: "usage",
    make: (options) => new Utf8View(new TextBuffer("x"), options),
    good: { changes: 5, edits: Infinity, inserted: 0 },
    wrong: { changes: limits, edits: limits, inserted: limits },
  },
  VirtualList: {
    code: "usage",
    make: (options) => new VirtualList(options),
    good: { rows: 5, estimate: 10, viewport: 5, overscan: 0, follow: true },
    wrong: { rows: ["5", null], estimate: ["5", null], viewport: ["5"], follow: notFlags },
    needs: ["rows", "estimate"],
  },
};

function thrownBy({ make }: Door, options: unknown): TenonError {
  try {
    make(options as never);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(TenonError);
    return thrown as TenonError;
  }
  throw new Error(`accepted: ${JSON.stringify(options)}`);
}

describe.each(Object.entries(doors))("%s", (_, door) => {
  const { code, make, good, wrong, needs = [] } = door;

  test("takes what makes sense, and options that are undefined", () => {
    make(good as never);
    const optional = Object.keys(good).filter((name) => !needs.includes(name));
    const { timers: _timers, trimEvery: _every, refreshEvery: _refresh, ...rest } = good as Trims;
    for (const name of optional.filter((name) => name in rest && !(name in levelLimits))) {
      make({ ...good, [name]: undefined } as never);
    }
  });

  test("refuses an option that does not exist, by its name, with what may have been meant", () => {
    const [name = ""] = Object.keys(good);
    const misspelt = `${name}s`;
    const error = thrownBy(door, { ...good, [misspelt]: 1 });
    expect([error.code, error.data["option"]]).toEqual([code, misspelt]);
    expect(error.message).toContain(`did you mean ${name}`);
  });

  test("refuses values that make no sense, by the option's name", () => {
    for (const [name, values] of Object.entries(wrong)) {
      for (const value of values) {
        const error = thrownBy(door, { ...good, [name]: value });
        expect([error.code, error.data["option"]], `${name}: ${String(value)}`).toEqual([
          code,
          name,
        ]);
        expect(error.message).toContain(name);
      }
    }
  });

  test("refuses to be without what it needs, and options that are no object", () => {
    for (const name of needs) {
      const error = thrownBy(door, { ...good, [name]: undefined });
      expect([error.code, error.data["option"]]).toEqual([code, name]);
    }
    for (const options of notObjects) expect(thrownBy(door, options).code).toBe(code);
  });
});

interface Trims {
  readonly timers?: unknown;
  readonly trimEvery?: unknown;
  readonly refreshEvery?: unknown;
}

test.each(["timers", "trimEvery"] as const)("a pool with %s alone says what is missing", (name) => {
  const error = thrownBy(doors["createPool"]!, { ...items, [name]: trims[name] });
  const missing = name === "timers" ? "trimEvery" : "timers";
  expect(error).toMatchObject({ code: "pool-options", data: { option: missing } });
});

test("times that a timer can't count are waited for in pieces, not zero", () => {
  const asked: number[] = [];
  const timers = {
    after(ms: number) {
      asked.push(ms);
      return { [Symbol.dispose]() {} };
    },
  };
  const long = 40 * 86_400_000;
  createPool({ ...items, timers, trimEvery: long });
  createCache({ levels: [one()], timers, refreshEvery: long });
  coarseClock(timers, { now: () => 1 }, long).now();
  expect(asked.length).toBe(3);
  expect(Math.max(...asked)).toBeLessThan(2 ** 31);
  expect(() => coarseClock(timers, { now: () => 1 }, -1)).toThrow(/the resolution of a clock/);
});

test("the methods of a factory are called on it", () => {
  class Factory {
    #made = 0;
    readonly max = 1;
    create(): object {
      this.#made++;
      return {};
    }
    reset(): boolean {
      return this.#made === 1;
    }
  }
  const pool = createPool(new Factory());
  pool.acquire().release();
  pool.acquire();
  expect(pool.statistics()).toMatchObject({ hits: 1, misses: 1 });
});

test("messages of others on a level's port are dropped", async () => {
  const port = new EventTarget();
  const asked: unknown[] = [];
  const level: CacheLevel = portLevel({
    postMessage: (message) => asked.push(message),
    addEventListener: (type, listener) =>
      port.addEventListener(type, (event) => listener(event as MessageEvent)),
    close() {},
  });
  const answer = level.get("k");
  const say = (data: unknown): boolean => port.dispatchEvent(new MessageEvent("message", { data }));
  for (const data of [undefined, null, 5, "ready", [], {}, { id: 1 }, { tell: "answer" }])
    say(data);
  for (const tell of ["left", "arrived", "alarm", "hello"]) say({ tell });
  say({ tell: "answer", id: 1, value: undefined });
  expect(await answer).toBeUndefined();
});
