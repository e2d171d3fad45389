import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defineCapability, defineInterface, grantAll, WitError } from "../../src/index.ts";
import type {
  CacheableAnswers,
  FunctionRules,
  HostEvent,
  InterfaceDefinition,
  Permission,
} from "../../src/index.ts";
import { AnswerCache } from "../../src/plugin/gate/answer-cache.ts";
import { HeldUp } from "../../src/plugin/limits/held-up.ts";
import type { GatePowers } from "../../src/plugin/gate/gate-outcome.ts";
import { gateInterface } from "../../src/plugin/gate/gate.ts";
import { HostFault } from "../../src/plugin/gate/host-fault.ts";
import { Telemetry } from "../../src/telemetry/events.ts";
import { Meter } from "../../src/telemetry/meter.ts";
import { rig } from "./rig.ts";
import { testAllowance } from "./test-allowance.ts";
import { callerOf } from "../identity/ours.ts";

interface Shelf {
  readonly upTo: number;
}

// A capability with a scope that counts: books up to a number may be looked at.
const capability = defineCapability<Shelf, { readonly book: number }>({
  name: "books",
  scope: z.object({ upTo: z.number() }),
  describe: ({ upTo }) => `may look at books up to ${upTo}`,
  intersect: (one, other) => ({ upTo: Math.min(one.upTo, other.upTo) }),
  covers: ({ upTo }, { book }) => book <= upTo || `books up to ${upTo}`,
});

type Look = (book: number, ...more: unknown[]) => unknown;

const rule: CacheableAnswers<{ readonly book: number }> = {
  ttlMs: 100,
  shared: "everyone",
  use: ([book]) => (typeof book === "number" ? { book } : undefined),
};

interface Reader {
  readonly look: Look;
  readonly meter: Meter;
  readonly events: HostEvent[];
  readonly asked: unknown[];
  // Undefined: nothing is granted.
  upTo: number | undefined;
  // Ends the instance.
  end(): void;
}

interface Library {
  readonly time: { now: number };
  readonly answers: AnswerCache;
  // A plugin with an implementation of its own; its calls are told to all.
  reader(name: string, upTo: number | undefined, look?: Look): Reader;
  // `name book`, for each call that reached an implementation.
  readonly calls: string[];
}

function library(
  cacheable: CacheableAnswers<{ readonly book: number }> = rule,
  limits = { entries: 100, bytes: 100_000 },
  rest: Partial<InterfaceDefinition<Shelf, { readonly book: number }>> = {},
): Library {
  const time = { now: 1_000_000 };
  const answers = new AnswerCache(limits, { now: () => time.now });
  const calls: string[] = [];
  const reader = (name: string, upTo: number | undefined, look: Look = (n) => `book ${n}`) => {
    const telemetry = new Telemetry();
    const owned = new Set<Disposable>();
    const made = { upTo, meter: new Meter(), events: [] as HostEvent[], asked: [] as unknown[] };
    telemetry.on((event) => void made.events.push(event), { hostCalls: true });
    const powers: GatePowers = {
      caller: callerOf(name),
      authority: {
        may: (_plugin, _capability, use): Permission<unknown> => {
          made.asked.push(use);
          if (made.upTo === undefined) return { allowed: false, reason: "not granted" };
          const scope = { upTo: made.upTo };
          const covered = use === undefined || capability.covers(scope, use as { book: number });
          return covered === true
            ? { allowed: true, scope }
            : { allowed: false, reason: String(covered) };
        },
        permit: () => ({ allowed: false }),
      },
      meter: made.meter,
      telemetry,
      clock: { monotonic: () => 0 },
      timers: { after: () => ({ [Symbol.dispose]: () => undefined }) },
      allowance: testAllowance().allowance,
      patience: { hold: () => undefined, release: () => undefined },
      answers,
      component: `sha256:${name}`,
      heldUp: new HeldUp({ monotonic: () => 0 }),
      said: () => undefined,
      own: (resource) => {
        owned.add(resource);
        return () => {
          if (owned.delete(resource)) resource[Symbol.dispose]();
        };
      },
    };
    const implementation = {
      look: (book: number, ...more: unknown[]) => {
        calls.push(`${name} ${book}`);
        return look(book, ...more);
      },
    };
    const definition = defineInterface({
      name: "acme:test/books@1.0.0",
      capability,
      functions: { look: { waits: true, cacheable } },
      refuse: (_, reason) => ({ throw: new WitError({ refused: reason }) }),
      implement: () => implementation,
      ...rest,
    }) as InterfaceDefinition;
    const gated = gateInterface(definition, ["look"], implementation, powers);
    return Object.assign(made, {
      look: gated["look"] as Look,
      end: () => {
        for (const resource of owned) resource[Symbol.dispose]();
      },
    });
  };
  return { time, answers, reader, calls };
}

const refused = (reason: string) => ({ payload: { refused: reason } });

describe("an answer that may be kept", () => {
  test("is made once, and another plugin's identical request gets it, counted and traced", () => {
    const { reader, calls, answers } = library();
    const [one, two] = [reader("a/one", 9), reader("a/two", 5)];
    expect([one.look(3), two.look(3), two.look(3), one.look(4)]).toEqual([
      "book 3",
      "book 3",
      "book 3",
      "book 4",
    ]);
    expect(calls).toEqual(["a/one 3", "a/one 4"]);
    expect(two.meter).toMatchObject({ hostCalls: 2, keptAnswers: 2, refusals: 0 });
    expect(two.events).toMatchObject([
      { tag: "host-call", outcome: "ok", kept: true },
      { tag: "host-call", outcome: "ok", kept: true },
    ]);
    expect(one.events).toMatchObject([{ kept: false }, { kept: false }]);
    expect(answers.statistics()).toMatchObject({ hits: 2, loads: 2, joined: 0, entries: 2 });
  });

  test("is nothing to a plugin without the grant, or with one that is too narrow", () => {
    const { reader, calls } = library();
    reader("a/one", 9).look(7);
    const [without, narrow] = [reader("a/without", undefined), reader("a/narrow", 6)];
    expect(() => without.look(7)).toThrow(expect.objectContaining(refused("not granted")));
    expect(() => narrow.look(7)).toThrow(expect.objectContaining(refused("books up to 6")));
    expect(without.meter).toMatchObject({ hostCalls: 1, refusals: 1, keptAnswers: 0 });
    expect(without.events).toMatchObject([
      { tag: "refused", function: "acme:test/books@1.0.0#look" },
    ]);
    expect(calls).toEqual(["a/one 7"]);
  });

  test("is refused by the very next call after the grant was taken back or made narrower", () => {
    const { reader } = library();
    const one = reader("a/one", 9);
    expect([one.look(7), one.look(7)]).toEqual(["book 7", "book 7"]);
    one.upTo = 6;
    expect(() => one.look(7)).toThrow(expect.objectContaining(refused("books up to 6")));
    one.upTo = undefined;
    expect(() => one.look(7)).toThrow(WitError);
    expect(one.asked).toEqual(Array.from({ length: 4 }, () => ({ book: 7 })));
  });

  test("is made anew when its time is over, and after an event that it names", () => {
    const { reader, calls, time, answers } = library({ ...rule, events: ["books-changed"] });
    const one = reader("a/one", 9);
    one.look(1);
    time.now += 99;
    one.look(1);
    expect(calls).toHaveLength(1);
    time.now += 1;
    one.look(1);
    expect(calls).toHaveLength(2);
    answers.announce(["other-event", "constructor"]);
    one.look(1);
    expect(calls).toHaveLength(2);
    answers.announce(["books-changed"]);
    expect(answers.statistics().entries).toBe(0);
    one.look(1);
    expect(calls).toHaveLength(3);
  });

  test("is shared as far as it is declared: by all, by those of one grant, or by nobody", () => {
    const asked = (shared: CacheableAnswers["shared"]): readonly string[] => {
      const { reader, calls } = library({ ...rule, shared });
      for (const [name, upTo] of [
        ["a", 9],
        ["b", 9],
        ["c", 5],
        ["a", 5],
      ] as const) {
        for (const book of [1, 1]) reader(name, upTo).look(book);
      }
      return calls;
    };
    expect(asked("everyone")).toEqual(["a 1"]);
    expect(asked("grant")).toEqual(["a 1", "c 1"]);
    expect(asked("plugin")).toEqual(["a 1", "b 1", "c 1", "a 1"]);
  });

  test("is told apart by every argument, long ones too", () => {
    const { reader, calls } = library(rule, undefined, {});
    const one = reader("a/one", 9, (...args) => JSON.stringify(args).length);
    const long = "x".repeat(5_000);
    const args = [
      [1],
      [1, undefined],
      [1, ""],
      [1, long],
      [1, `${long}x`],
      [1, `x${long.slice(1)}y`],
    ];
    for (const each of args) one.look(...(each as [number, ...unknown[]]));
    expect(calls).toHaveLength(args.length);
    for (const each of args) {
      expect(one.look(...(each as [number, ...unknown[]]))).toBe(JSON.stringify(each).length);
    }
    expect(calls).toHaveLength(args.length);
  });

  test("is not what the implementation makes of its object later", () => {
    const { reader } = library();
    const list = [{ title: "a" }];
    const [one, two] = [reader("a/one", 9, () => list), reader("a/two", 9)];
    one.look(1);
    list[0]!.title = "changed";
    list.push({ title: "b" });
    expect(two.look(1)).toEqual([{ title: "a" }]);
  });

  test("goes to the one who asked, and to no other, where it is no plain value", () => {
    class Handle {}
    for (const odd of [new Handle(), { inside: [new Handle()] }, () => 1, new Map()]) {
      const { reader, answers } = library();
      expect(reader("a/one", 9, () => odd).look(1)).toBe(odd);
      expect(reader("a/two", 9, () => "own").look(1)).toBe("own");
      expect(answers.statistics()).toMatchObject({ unkept: 1, entries: 1 });
    }
    const { reader, calls, answers } = library();
    for (const odd of [new Handle(), () => 1]) {
      expect(reader("a/one", 9).look(1, odd)).toBe("book 1");
    }
    expect(calls).toHaveLength(2);
    expect(answers.statistics()).toMatchObject({ unkept: 2, entries: 0 });
  });

  test("takes no more room than the limits say, in entries and in bytes", () => {
    const few = library(rule, { entries: 5, bytes: 100_000 });
    const one = few.reader("a/one", 1_000);
    for (let book = 0; book < 50; book++) one.look(book);
    expect(few.answers.statistics()).toMatchObject({ entries: 5, evictions: 45 });
    const small = library(rule, { entries: 1_000, bytes: 16_000 });
    const large = small.reader("a/one", 1_000, (n) =>
      n === 0 ? "x".repeat(600) : "x".repeat(300),
    );
    for (let book = 0; book < 100; book++) large.look(book);
    const { bytes, entries, unkept } = small.answers.statistics();
    expect(bytes).toBeLessThanOrEqual(16_000);
    expect(entries).toBeGreaterThan(5);
    expect(unkept).toBe(1);
  });
});

describe("errors", () => {
  const failing =
    (error: unknown): Look =>
    () => {
      throw error;
    };

  test("are never kept unless that is declared", () => {
    const { reader, calls } = library();
    const one = reader("a/one", 9, failing(new WitError("not-found")));
    expect(() => one.look(1)).toThrow(expect.objectContaining({ payload: "not-found" }));
    expect(() => one.look(1)).toThrow(WitError);
    expect(reader("a/two", 9).look(1)).toBe("book 1");
    expect(calls).toEqual(["a/one 1", "a/one 1", "a/two 1"]);
  });

  test("that are declared to be of the world are kept for their own time; others are not", () => {
    const { reader, calls, time } = library({
      ...rule,
      errors: { ttlMs: 10, only: (payload) => payload === "not-found" },
    });
    const missing = failing(new WitError("not-found", "gone"));
    const [one, two] = [reader("a/one", 9, missing), reader("a/two", 9, missing)];
    for (const each of [one, two]) {
      expect(() => each.look(1)).toThrow(expect.objectContaining({ payload: "not-found" }));
    }
    expect(calls).toEqual(["a/one 1"]);
    time.now += 10;
    expect(() => two.look(1)).toThrow(WitError);
    expect(calls).toEqual(["a/one 1", "a/two 1"]);
    const denied = reader("a/three", 9, failing(new WitError({ tag: "refused" })));
    expect(() => denied.look(2)).toThrow(WitError);
    expect(reader("a/four", 9).look(2)).toBe("book 2");
  });

  test("of the host end the one instance that called, and are not another's", () => {
    const { reader } = library();
    expect(() => reader("a/one", 9, failing(new TypeError("bug"))).look(1)).toThrow(HostFault);
    expect(reader("a/two", 9).look(1)).toBe("book 1");
    const broken = library({
      ...rule,
      use: () => {
        throw new TypeError("a bug of the rule");
      },
    });
    expect(() => broken.reader("a/one", 9).look(1)).toThrow(HostFault);
  });
});

describe("many who ask at once", () => {
  function waiting() {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    return { look: () => promise, resolve, reject };
  }

  test("cause one call", async () => {
    const { reader, calls, answers } = library();
    const { look, resolve } = waiting();
    const all = Array.from({ length: 200 }, (_, i) => reader(`a/p${i}`, 9, look).look(1));
    resolve("the book");
    expect(new Set(await Promise.all(all))).toEqual(new Set(["the book"]));
    expect(calls).toEqual(["a/p0 1"]);
    expect(answers.statistics()).toMatchObject({ loads: 1, joined: 199, entries: 1 });
  });

  test("are asked about again: one whose grant is taken back while it waits gets nothing", async () => {
    const { reader, calls } = library();
    const { look, resolve } = waiting();
    const [one, two, three] = [reader("a/one", 9, look), reader("a/two", 9), reader("a/three", 9)];
    const answers = [one.look(1), two.look(1), three.look(1)] as Promise<unknown>[];
    one.upTo = undefined;
    two.upTo = undefined;
    resolve("the book");
    const settled = await Promise.allSettled(answers);
    expect(settled[1]).toMatchObject({ reason: refused("it was taken back") });
    expect(settled[2]).toMatchObject({ value: "the book" });
    expect(two.meter.refusals).toBe(1);
    expect(() => one.look(1)).toThrow(WitError);
    expect(calls).toEqual(["a/one 1"]);
  });

  test("make calls of their own where the first one's fails, for whatever reason", async () => {
    const failures = [new WitError({ tag: "refused" }), new WitError("not-found"), new TypeError()];
    for (const failure of failures) {
      const { reader, calls } = library();
      const { look, reject } = waiting();
      const one = reader("a/one", 9, look).look(1) as Promise<unknown>;
      const two = reader("a/two", 9, async () => "own").look(1) as Promise<unknown>;
      reject(failure);
      await expect(one).rejects.toBeInstanceOf(failure instanceof WitError ? WitError : HostFault);
      expect(await two).toBe("own");
      expect(calls).toEqual(["a/one 1", "a/two 1"]);
    }
  });

  test("go on where the instance of the first one ends and its call never does", async () => {
    const { reader, calls } = library();
    const one = reader("a/one", 9, waiting().look);
    const first = one.look(1) as Promise<unknown>;
    const second = reader("a/two", 9, async () => "own").look(1) as Promise<unknown>;
    one.end();
    await expect(first).rejects.toThrow();
    expect(await second).toBe("own");
    expect(calls).toEqual(["a/one 1", "a/two 1"]);
  });

  test("get no resource of the first one's", async () => {
    class Handle {}
    const { reader } = library();
    const handle = new Handle();
    const one = reader("a/one", 9, async () => ({ handle })).look(1);
    const two = reader("a/two", 9, async () => "own").look(1);
    expect(((await one) as { handle: Handle }).handle).toBe(handle);
    expect(await two).toBe("own");
  });

  test("who ask after an event get no answer of a call from before it, and neither is that kept", async () => {
    const { reader, calls, answers } = library({ ...rule, events: ["books-changed"] });
    const old = waiting();
    const before = reader("a/one", 9, old.look).look(1) as Promise<unknown>;
    answers.announce(["books-changed"]);
    const after = reader("a/two", 9, async () => "new").look(1) as Promise<unknown>;
    expect(await after).toBe("new");
    old.resolve("old");
    expect(await before).toBe("old");
    expect(await reader("a/three", 9).look(1)).toBe("new");
    expect(calls).toEqual(["a/one 1", "a/two 1"]);
  });
});

describe("a host", () => {
  const script = (functions: Record<string, FunctionRules<{ book: number }>>) =>
    defineInterface<Shelf, { book: number }>({
      name: "acme:test/script@1.0.0",
      capability,
      functions,
      refuse: () => ({ value: '"refused"' }),
      implement: ({ caller }) => ({ step: () => JSON.stringify(caller.plugin) }),
    }) as InterfaceDefinition;

  test("serves plugins from one another's answers as their grants say, until it is told of a change", async () => {
    const step: CacheableAnswers<{ book: number }> = {
      ttlMs: 60_000,
      shared: "everyone",
      events: ["changed"],
      use: () => ({ book: 1 }),
    };
    const { host, install } = await rig({
      script: script({ step: { waits: true, cacheable: step } }),
      policy: grantAll(["books"], "any"),
      bystander: false,
    });
    const manifest = { capabilities: { books: { scope: { upTo: 9 }, reason: "to read" } } };
    for (const name of ["test/a", "test/b"]) {
      await install(name, { parts: ["commands"], manifest });
    }
    expect(await host.execute("a.run", 1)).toBe("test/a");
    expect(await host.execute("b.run", 1)).toBe("test/a");
    expect(host.plugin("test/b")).toMatchObject({ hostCalls: 1, keptAnswers: 1 });
    expect(host.answers()).toMatchObject({ hits: 1, loads: 1, entries: 1 });
    await host.revoke("test/b", "books");
    expect(await host.execute("b.run", 1)).toBe("refused");
    host.announce("changed");
    expect(await host.execute("a.run", 1)).toBe("test/a");
    expect(host.answers()).toMatchObject({ hits: 1, loads: 2 });
  });

  test.each([
    ["a method", { "[method]book.read": { cacheable: rule } }],
    ["no time", { step: { cacheable: { ...rule, ttlMs: 0 } } }],
    ["a time that is none", { step: { cacheable: { ...rule, ttlMs: Number.NaN } } }],
    [
      "no time for errors",
      { step: { cacheable: { ...rule, errors: { ttlMs: 0, only: () => true } } } },
    ],
    ["a question to a person", { step: { cacheable: rule, waits: true, asksPerson: true } }],
    ["a capability and no use", { step: { cacheable: { ttlMs: 1, shared: "plugin" } } }],
    ["a function that asks no gate", { step: { cacheable: rule, ungated: true } }],
  ] as const)("refuses a declaration of %s", (_, functions) => {
    expect(() => script(functions)).toThrow(
      expect.objectContaining({ code: "interface-cacheable" }),
    );
  });
});
