import { afterEach, describe, expect, it } from "vitest";

import { TenonError } from "../../../src/errors.ts";
import { globalsFile, thrown, value, World } from "./realms.ts";

const MEMORY = 16 * 1024 * 1024;
const limits = { memory: MEMORY, stack: 64 * 1024, value: 1024 * 1024 };

// Ends by the clock: the instance is stopped in the middle of its code.
const STOPPED = { code: "component-trap" };

async function outcome(source: string, ms = 20_000): Promise<unknown> {
  const world = new World();
  world.deadline = performance.now() + ms;
  return await world.evaluate(source, { limits }).catch((error: unknown) => error);
}

// The bystander: another program in another realm of the same runtime.
afterEach(async () => {
  expect(await new World().evaluate("[1, 2].map((x) => x * 2)", { limits })).toEqual([2, 4]);
});

describe("programs that would not end are stopped", () => {
  it.each([
    ["an endless loop", "while (true);"],
    [
      "an endless loop that catches",
      "for (;;) { try { while (true); } catch {} finally { continue } }",
    ],
    ["a regular expression that backtracks", "/^(a+)+$/.test('a'.repeat(40) + 'b')"],
    ["splitting that backtracks", "('a'.repeat(40) + 'b').split(/^(a+)+$/)"],
    ["joining 2³² holes", "const a = []; a.length = 2 ** 32 - 1; a.join('xx')"],
    ["a reviver that loops", "JSON.parse('[1]', () => { while (true); })"],
    ["a toJSON that loops", "JSON.stringify({ toJSON() { while (true); } })"],
    ["a proxy's trap that loops", "'a' in new Proxy({}, { has() { while (true); } })"],
    [
      "microtasks for ever",
      "const f = () => Promise.resolve().then(f); await f(); await new Promise(() => {})",
    ],
    ["async functions for ever", "const f = async () => { await null; return f() }; await f()"],
    ["a getter of the result", "({ get a() { while (true); } })"],
    ["a thenable for ever", "({ then(resolve) { resolve(this) } })"],
    ["a toString in a host call", "console.log({ toString() { while (true); } } + '')"],
    ["sorting with a comparator that loops", "[1, 2, 3].sort(() => { while (true); })"],
    ["a generator for ever", "function* g() { while (true) yield 1 } [...g()].length && 0"],
  ])("%s", async (_, source) => {
    const error = await outcome(source, 300);
    // A program may run out of memory first.
    if (error instanceof TenonError) expect(error).toMatchObject(STOPPED);
    else expect(error).toMatchObject({ name: "InternalError", message: "out of memory" });
  });
});

describe("programs that want too much get an error of their own", () => {
  it.each([
    ["a string of 2³² characters", "'x'.repeat(2 ** 32)", "RangeError"],
    ["a padding of 2³² characters", "'x'.padStart(2 ** 32)", "RangeError"],
    ["doubling a string", "let s = 'x'; while (true) s += s", "InternalError"],
    ["an array of 2³² elements", "new Array(2 ** 32)", "RangeError"],
    ["a result with 2³² holes", "new Array(2 ** 32 - 1)", "RangeError"],
    ["a buffer of 1 GiB", "new ArrayBuffer(2 ** 30)", "InternalError"],
    [
      "arrays without end",
      "const a = []; while (true) a.push(new Array(100).fill(1))",
      "InternalError",
    ],
    ["objects without end", "let a; while (true) a = { a, b: {} }", "InternalError"],
    [
      "promises without end",
      "const all = []; while (true) all.push(new Promise(() => {}))",
      "InternalError",
    ],
    [
      "closures without end",
      "const all = []; while (true) { const x = {}; all.push(() => x) }",
      "InternalError",
    ],
    [
      "a map without end",
      "const m = new Map(); for (let i = 0; ; i++) m.set(i, {})",
      "InternalError",
    ],
    ["text from replacing", "'a'.repeat(1e6).replaceAll('a', 'b'.repeat(1e3))", "InternalError"],
    [
      "a result of 100 MB",
      "const s = 'x'.repeat(1e6); Array.from({ length: 100 }, () => s)",
      "RangeError",
    ],
    [
      "a result that doubles",
      "let a = []; for (let i = 0; i < 40; i++) a = [a, a]; a",
      "RangeError",
    ],
    [
      "a host call with 2 MB",
      "console.log.call; crypto.getRandomValues(new Uint8Array(1)); structuredClone; new Error().stack; fetch; await fetch('https://a.b', { method: 'POST', body: 'x'.repeat(2e6) })",
      "RangeError",
    ],
    [
      "random bytes by the megabyte",
      "crypto.getRandomValues(new Uint8Array(1e6))",
      "QuotaExceededError",
    ],
  ])("%s", async (_, source, name) => {
    expect(await outcome(source)).toMatchObject({ name });
  });

  it("and go on after it where they catch it", async () => {
    const source =
      "let kept = []; try { while (true) kept.push(new Array(100).fill(1)) } catch (error) { kept = error.message } return kept";
    expect(await outcome(source)).toBe("out of memory");
  });
});

describe("recursion ends in a RangeError", () => {
  it.each([
    ["plain", "function f() { return f() + 1 } f()"],
    ["through map", "function f() { return [1].map(f) } f()"],
    ["through sort", "function f() { return [2, 1].sort(f) } f()"],
    ["through replace", "function f() { return 'a'.replace(/a/, f) } f()"],
    ["through toString", "const o = { toString() { return `${o}` } }; `${o}`"],
    ["through a getter", "const o = { get a() { return o.a } }; o.a"],
    ["through a proxy", "const p = new Proxy({}, { get(t, k, r) { return r[k] } }); p.a"],
    ["through toJSON", "const o = { toJSON() { return JSON.stringify(o) } }; JSON.stringify(o)"],
    ["through a reviver", "const f = () => JSON.parse('[1]', f); f()"],
    ["through a constructor", "class A { constructor() { new A() } } new A()"],
    ["through a generator", "function* g() { yield* g() } [...g()]"],
    ["through async calls", "const f = async () => f(); await f()"],
    ["through Reflect.apply", "function f() { return Reflect.apply(f, null, []) } f()"],
    [
      "through bound functions",
      "let f = () => 1; for (let i = 0; i < 1e5; i++) f = f.bind(null); f()",
    ],
    [
      "through proxies of proxies",
      "let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); p.a",
    ],
    ["in the parser", "JSON.parse('['.repeat(1e5))"],
    ["in JSON.stringify", "let a = []; for (let i = 0; i < 1e5; i++) a = [a]; JSON.stringify(a)"],
    ["in flat", "let a = []; for (let i = 0; i < 1e5; i++) a = [a]; a.flat(Infinity)"],
    ["in structuredClone", "let a = []; for (let i = 0; i < 1e5; i++) a = [a]; structuredClone(a)"],
    ["in a regular expression", "new RegExp('('.repeat(1e5) + ')'.repeat(1e5))"],
  ])("%s", async (_, source) => {
    const error = await outcome(source);
    // Of the parsers some say it as an error of syntax, and of memory where the heap ends first.
    expect((error as Error).name).toMatch(/^(?:RangeError|SyntaxError|InternalError)$/);
  });

  it("in the source itself, too", async () => {
    for (const source of [
      "(".repeat(1e5),
      "[".repeat(1e5),
      "-".repeat(1e5) + "1",
      "`${".repeat(1e4),
    ]) {
      expect((await thrown(new World().evaluate(source, { limits }))).name).toMatch(/Error$/);
    }
  });
});

describe("what leaves a program is data", () => {
  it("whatever its properties are called", async () => {
    const source = `const o = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, "then": 1, "toJSON": 2}'); o`;
    const got = (await outcome(source)) as Record<string, unknown>;
    expect(Object.keys(got)).toEqual(["__proto__", "constructor", "then", "toJSON"]);
    expect(Object.getPrototypeOf(got)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it.each([
    [
      "a getter that throws",
      "({ get a() { throw new RangeError('mine') } })",
      "RangeError",
      "mine",
    ],
    [
      "a proxy that throws",
      "new Proxy({}, { ownKeys() { throw new RangeError('mine') } })",
      "RangeError",
      "mine",
    ],
    ["a function", "({ a: [1, { b: () => 1 }] })", "DataCloneError", "result.a[1].b is a function"],
    ["a symbol", "[Symbol.iterator]", "DataCloneError", "result[0] is a symbol"],
    [
      "a cycle",
      "const a = { b: {} }; a.b.c = a; a",
      "DataCloneError",
      "result.b.c contains itself",
    ],
    [
      "a promise within",
      "({ p: Promise.resolve(1) })",
      "DataCloneError",
      "result.p is of the class Promise",
    ],
    [
      "a key of a map",
      "new Map([[{ a: () => 1 }, 1]])",
      "DataCloneError",
      "result.keys()[0].a is a function",
    ],
    [
      "too deep",
      "let a = 1; for (let i = 0; i < 501; i++) a = [a]; a",
      "DataCloneError",
      "more than 500 levels",
    ],
    [
      "an odd name",
      "({ 'a b': { '\\n': () => 1 } })",
      "DataCloneError",
      'result["a b"]["\\n"] is a function',
    ],
    ["a detached buffer", "const b = new Uint8Array(4); b.buffer.transfer(); [b]", "TypeError", ""],
  ])("%s", async (_, source, name, message) => {
    const error = (await outcome(source)) as Error;
    expect(error.name).toBe(name);
    expect(error.message).toContain(message);
  });

  it.each([
    ["a stack of megabytes", "const e = new Error('x'); e.stack = 'x'.repeat(5e5); throw e"],
    [
      "a message that is an object",
      "const e = new Error(); e.message = { toString() { throw 1 } }; throw e",
    ],
    [
      "a stack that throws",
      "const e = new Error(); Object.defineProperty(e, 'stack', { get() { throw 1 } }); throw e",
    ],
    ["a name that is a symbol", "const e = new Error(); e.name = Symbol(); throw e"],
    [
      "properties that are functions, and a cause in a circle",
      "const e = new Error(); e.f = () => 1; e.cause = e; throw e",
    ],
    ["a prepareStackTrace", "Error.prepareStackTrace = () => { throw 1 }; throw new Error('x')"],
    ["a proxy of an error", "throw new Proxy(new Error('x'), {})"],
  ])("an error with %s comes out bounded", async (_, source) => {
    const error = (await outcome(source)) as { stack?: unknown };
    expect(error).not.toBeInstanceOf(TenonError);
    expect(String(error?.stack ?? "").length).toBeLessThan(20_000);
  });

  it.each(["null", "undefined", "1", "'text'", "() => 1", "Symbol()", "{ a: 1 }"])(
    "what is thrown may be %s",
    async (thrownValue) => {
      const error = await outcome(
        `throw (${thrownValue.startsWith("{") ? `(${thrownValue})` : thrownValue})`,
      );
      expect(error).not.toBeInstanceOf(TenonError);
    },
  );
});

describe("programs cannot reach what is beside them", () => {
  it("disturbing the built-in objects disturbs themselves alone", async () => {
    const source = `const made = { map: new Map([[1, 2]]), date: new Date(0), bytes: new Uint8Array(2), error: new RangeError("e") };
      const define = Object.defineProperty;
      const types = [Array, Object, Map, Set, String, RegExp, Promise, Function, Date];
      const all = types.map((type) => Reflect.ownKeys(type.prototype));
      for (let i = 0; i < types.length; i++) {
        for (let j = 0, type = types[i]; j < all[i].length; j++) {
          const key = all[i][j];
          if (key === "constructor" || key === "then") continue;
          try { define(type.prototype, key, { value() { throw new Error("disturbed") } }) } catch {}
        }
      }
      console.log({ a: 1 }); setTimeout(() => {}, 1);
      return made`;
    const world = new World();
    const got = await world.evaluate(source, { limits });
    expect(got).toMatchObject({
      map: new Map([[1, 2]]),
      date: new Date(0),
      bytes: new Uint8Array(2),
    });
  });

  it("there is nothing of the host's realm, and no way out of their own", async () => {
    const source = `[typeof process, typeof require, typeof globalThis.native, typeof globalThis.call, this === undefined || this === globalThis,
      typeof WebAssembly, typeof importScripts]`;
    expect(await outcome(source)).toEqual([
      "undefined",
      "undefined",
      "undefined",
      "undefined",
      true,
      "undefined",
      "undefined",
    ]);
  });
});

describe("odd input", () => {
  it("a source of 10 MB runs", async () => {
    const source = `const a = [${"1,".repeat(50_000)}]; /* ${"x".repeat(10_000_000)} */ a.length`;
    expect(await new World().evaluate(source)).toBe(50_000);
  });

  it("invalid UTF-16 crosses both ways", async () => {
    const world = new World((text) => text);
    using realm = await world.start();
    await realm.load([globalsFile(["echo"])], "tenon:globals");
    const source = "const s = 'a\\ud800b\\udc00'; [echo(s) === s, s, { [s]: 1 }]";
    expect(await value(() => realm.evaluate("p.js", source))).toEqual([
      true,
      "a\ud800b\udc00",
      { "a\ud800b\udc00": 1 },
    ]);
  });

  it("a program that floods with rejections fails alone", async () => {
    const world = new World();
    const source = "for (let i = 0; i < 1e5; i++) Promise.reject(i); 'done'";
    expect(await world.evaluate(source, { limits })).toBe("done");
    expect(world.unhandled.length).toBeLessThanOrEqual(32);
  });
});
