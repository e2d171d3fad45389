// Each kind of input that has broken a sandbox for JavaScript, and what becomes of it here.
import { describe, expect, it } from "vitest";
import { TenonError } from "../../src/errors.ts";
import { failureOf, PLACES, runnerFor } from "./runners.ts";

/** A program, and the value that it answers with, or the codes of which it gets one. */
type Row = readonly [
  kind: string,
  source: string,
  outcome: { readonly value: unknown } | readonly string[],
  memoryMiB?: number,
];

const CAUGHT = "try { %% } catch (e) { return e.name } return 'went on'";

const rows: readonly Row[] = [
  [
    "pollution of prototypes by a result",
    'return JSON.parse(\'{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}\')',
    {
      value: JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
    },
  ],
  [
    "pollution of prototypes by a tool's arguments",
    'return await keys(JSON.parse(\'{"__proto__":{"polluted":1},"b":1}\'))',
    { value: ["__proto__", "b"] },
  ],
  [
    "the constructor of a tool's constructor",
    "return keys.constructor.constructor('return typeof process')()",
    ["code-failed"],
  ],
  [
    "the constructor of what a tool answers",
    "return (await keys({ a: 1 })).constructor.constructor('return process')()",
    ["code-failed"],
  ],
  [
    "the constructor of what a tool throws",
    "try { await fails() } catch (e) { return e.constructor.constructor('return process')() }",
    ["code-failed"],
  ],
  [
    "the caller of a function",
    "function f() { return f.caller } return typeof f.arguments + typeof keys.caller",
    ["code-failed"],
  ],
  [
    "a source that ends the function that it is the body of",
    "}); (async () => { return 5",
    ["code-syntax"],
  ],
  [
    "a proxy in a result",
    "return new Proxy({ a: 1 }, { get: () => 'got', ownKeys: () => ['a', 'b'] })",
    { value: { a: "got" } },
  ],
  [
    "a proxy that answers for ever",
    "return new Proxy({}, { ownKeys() { for (;;); } })",
    ["code-cpu", "code-deadline"],
  ],
  [
    "a proxy of proxies without end",
    "const p = new Proxy({}, { get: () => p, ownKeys: () => ['a'], " +
      "getOwnPropertyDescriptor: () => ({ value: p, enumerable: true, configurable: true }) }); return p",
    ["code-value"],
  ],
  [
    "a getter that throws in a result",
    "return { get a() { throw new Error('no') } }",
    ["code-failed", "code-value"],
  ],
  ["a getter that never ends", "return { get a() { for (;;); } }", ["code-cpu", "code-deadline"]],
  [
    "a getter that changes the result while it is read",
    "const o = { get a() { for (let i = 0; i < 1000; i++) o['k' + i] = o; delete o.b; return 1 }, b: 2 }; return o",
    { value: { a: 1 } },
  ],
  ["a thenable that throws", "return { then() { throw new Error('no') } }", ["code-failed"]],
  ["a thenable that resolves twice", "return { then(go) { go(1); go(2) } }", { value: 1 }],
  ["a thenable that never calls back", "return { then() {} }", ["code-stuck"]],
  [
    "a thenable that resolves itself for ever",
    "const t = { then(go) { go(t) } }; return t",
    ["code-cpu", "code-deadline"],
  ],
  ["a property called then in a result", "return [{ then: 1 }]", { value: [{ then: 1 }] }],
  [
    "a toJSON that never ends",
    "JSON.stringify({ toJSON() { for (;;); } })",
    ["code-cpu", "code-deadline"],
  ],
  ["a toJSON of a result is not called", "return { toJSON() {} }", ["code-value"]],
  [
    "an error whose stack is no text",
    "const e = new Error('m'); e.stack = { toString() { for (;;); } }; throw e",
    ["code-failed"],
  ],
  [
    "an error whose message is a getter that never ends",
    "throw Object.defineProperty(new Error('m'), 'message', { get() { for (;;); } })",
    ["code-failed", "code-cpu", "code-deadline"],
  ],
  [
    "an error whose message is 10 MB",
    "throw new Error('x'.repeat(1e7))",
    ["code-failed", "code-value"],
  ],
  [
    "an error whose name hides what it says",
    "const e = new Error('\\u202etxt\\u001b[2J'); e.name = '\\u0007'; throw e",
    ["code-failed"],
  ],
  [
    "an error that is its own cause",
    "const e = new Error('m'); e.cause = e; throw e",
    ["code-failed"],
  ],
  ["a thrown proxy", "throw new Proxy(new Error('m'), { get() { throw 1 } })", ["code-failed"]],
  ["a thrown function", "throw () => 1", ["code-failed", "code-value"]],
  [
    "a flood of promises",
    "const all = []; for (;;) all.push(Promise.resolve().then(() => 1))",
    ["code-memory", "code-cpu", "code-deadline"],
  ],
  [
    "a flood of rejections that nobody handles",
    "for (let i = 0; i < 1e4; i++) Promise.reject(new Error('x'.repeat(100))); return 1",
    { value: 1 },
  ],
  ["an endless loop", "while (true);", ["code-cpu", "code-deadline"]],
  [
    "an endless loop in a finally",
    "try { return 1 } finally { for (;;); }",
    ["code-cpu", "code-deadline"],
  ],
  [
    "an endless generator",
    "return [...(function* () { for (;;) yield 1 })()]",
    ["code-memory", "code-cpu", "code-deadline", "code-failed"],
  ],
  [
    "an endless loop of microtasks",
    "const f = () => Promise.resolve().then(f); await f()",
    ["code-cpu", "code-deadline", "code-memory"],
  ],
  [
    "queueMicrotask for ever",
    "const f = () => queueMicrotask(f); f(); await null; for (;;) await null",
    ["code-cpu", "code-deadline", "code-memory"],
  ],
  [
    "a regular expression that backtracks for ever",
    "return /^(a+)+$/.test('a'.repeat(40) + 'b')",
    ["code-cpu", "code-deadline", "code-failed"],
  ],
  [
    "a regular expression of 2 MB",
    "return new RegExp('a'.repeat(2e6)).test('b')",
    ["code-failed", "code-memory", "code-cpu", "code-deadline", "ok"],
  ],
  [
    "a regular expression of groups",
    CAUGHT.replace("%%", "new RegExp('('.repeat(1e5) + ')'.repeat(1e5))"),
    { value: "SyntaxError" },
  ],
  ["a text of 2^32", CAUGHT.replace("%%", "'x'.repeat(2 ** 32)"), { value: "RangeError" }],
  ["an array of 2^32", CAUGHT.replace("%%", "new Array(2 ** 32)"), { value: "RangeError" }],
  [
    "a sparse array in a result",
    "const a = []; a[2 ** 32 - 2] = 1; return a",
    ["code-value", "code-failed", "code-memory"],
  ],
  [
    "a sparse array that is joined",
    "const a = []; a.length = 2 ** 32 - 1; return a.join('x').length",
    ["code-memory", "code-failed", "code-cpu", "code-deadline"],
  ],
  ["bytes of 2^32", CAUGHT.replace("%%", "new Uint8Array(2 ** 32)"), { value: "RangeError" }],
  [
    "recursion without end",
    CAUGHT.replace("%%", "(function f() { f() })()"),
    { value: "RangeError" },
  ],
  [
    "recursion in a comparator",
    CAUGHT.replace("%%", "(function f() { [2, 1].sort(f) })()"),
    { value: "RangeError" },
  ],
  [
    "recursion in map",
    CAUGHT.replace("%%", "(function f() { [1].map(f) })()"),
    { value: "RangeError" },
  ],
  [
    "recursion in a replacer",
    CAUGHT.replace("%%", "(function f() { 'a'.replace(/a/, f) })()"),
    { value: "RangeError" },
  ],
  [
    "recursion in getters",
    CAUGHT.replace("%%", "const o = { get a() { return this.a } }; o.a"),
    { value: "RangeError" },
  ],
  [
    "recursion in toString",
    CAUGHT.replace("%%", "const o = { toString() { return '' + o } }; '' + o"),
    { value: "RangeError" },
  ],
  [
    "recursion in a proxy",
    CAUGHT.replace("%%", "const p = new Proxy({}, { get: () => p.x }); p.x"),
    { value: "RangeError" },
  ],
  [
    "proxies upon proxies",
    CAUGHT.replace("%%", "let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); p.x"),
    ["code-crashed", "code-failed", "code-memory"],
  ],
  [
    "bound functions upon bound functions",
    CAUGHT.replace("%%", "let f = () => 1; for (let i = 0; i < 1e5; i++) f = f.bind(); f()"),
    ["code-crashed", "code-failed", "code-memory"],
  ],
  [
    "deep JSON read",
    CAUGHT.replace("%%", "JSON.parse('['.repeat(1e5) + ']'.repeat(1e5))"),
    ["code-crashed", "code-failed"],
  ],
  [
    "deep JSON written",
    CAUGHT.replace("%%", "let a = []; for (let i = 0; i < 1e5; i++) a = [a]; JSON.stringify(a)"),
    ["code-crashed", "code-failed"],
  ],
  ["a deep result", "let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return a", ["code-value"]],
  [
    "a deep argument",
    CAUGHT.replace("%%", "let a = []; for (let i = 0; i < 1e5; i++) a = [a]; await keys(a)"),
    { value: "DataCloneError" },
  ],
  [
    "deep source",
    "return " + "(".repeat(100_000) + "1" + ")".repeat(100_000),
    ["code-syntax", "code-failed", "code-crashed", "code-memory"],
  ],
  [
    "deep source of arrays",
    "return " + "[".repeat(100_000) + "]".repeat(100_000),
    ["code-syntax", "code-failed", "code-crashed", "code-memory"],
  ],
  [
    "a chain of a million operators",
    "return 1" + "+1".repeat(1_000_000),
    { value: 1_000_001 },
    256,
  ],
  ["a text that doubles", "let s = 'x'; for (;;) s += s", ["code-failed", "code-memory"]],
  ["an array that doubles", "let a = [1]; for (;;) a = [...a, ...a]", ["code-memory"]],
  [
    "texts that are padded",
    "const a = []; for (;;) a.push('x'.padEnd(1e6, 'y' + a.length))",
    ["code-memory"],
  ],
  [
    "timers without end",
    "setInterval(() => {}, 0); await new Promise(() => {})",
    ["code-deadline", "code-cpu"],
  ],
  [
    "timers that start timers",
    "const f = () => { setTimeout(f, 0); setTimeout(f, 0) }; f(); await new Promise(() => {})",
    ["code-calls", "code-cpu", "code-deadline"],
  ],
  [
    "a timer of no time",
    "setTimeout(() => {}, { valueOf() { throw 1 } }); return 1",
    ["code-failed"],
  ],
  [
    "a timer whose callback throws",
    "setTimeout(() => { throw new Error('late') }, 0); await new Promise((go) => setTimeout(go, 20)); return 1",
    { value: 1 },
  ],
  [
    "a result of 100 MB",
    "return new Uint8Array(1e8)",
    ["code-value", "code-memory", "code-failed"],
  ],
  [
    "a result of many small values",
    "return Array.from({ length: 3e5 }, () => ({}))",
    ["code-value", "code-memory", "code-failed", "ok"],
  ],
  ["source of 10 MB", "/*" + "x".repeat(10_000_000) + "*/ return 1", { value: 1 }, 128],
  ["source with lone surrogates", "return '\ud800'.charCodeAt(0) >= 0xd800", { value: true }],
  ["source with a null character", "return '\u0000'.length", { value: 1 }],
  ["source that closes the function around it", "} ; return 5; {", ["code-syntax"]],
  ["source that begins like HTML", "<!-- a comment\nreturn 1", { value: 1 }],
  [
    "a text of lone surrogates",
    "return ['\\udfff', '\\ud800\\ud800']",
    { value: ["\udfff", "\ud800\ud800"] },
  ],
  [
    "a program that replaces what the prelude uses",
    "Promise.prototype.then = () => 1; Array.prototype[Symbol.iterator] = null; Object.prototype.toString = null; globalThis.Map = null; Reflect.apply = null; return await keys({ a: 1 })",
    ["code-failed", "code-stuck", "ok"],
  ],
  [
    "a program that adds to Object.prototype",
    "Object.prototype.ok = false; Object.prototype.value = 5; Object.prototype.then = 1; return await keys({ a: 1 })",
    { value: ["a"] },
  ],
  [
    "a setter on Array.prototype",
    "Object.defineProperty(Array.prototype, 0, { set() { throw 1 } }); return await keys({ a: 1 })",
    { value: ["a"] },
  ],
  [
    "a species that lies",
    "class A extends Promise { static get [Symbol.species]() { throw 1 } } return await A.resolve(1)",
    ["code-failed", "ok"],
  ],
  ["a date that is none", "return [new Date(NaN)]", { value: [new Date(NaN)] }],
  [
    "a symbol that stands for a primitive",
    "return `${{ [Symbol.toPrimitive]: () => 'x' }}`",
    { value: "x" },
  ],
  [
    "shared memory and atomics",
    "return [typeof SharedArrayBuffer, typeof WebAssembly, typeof process, typeof require]",
    ["ok"],
  ],
  [
    "an await that never ends below another",
    "await (async () => { await new Promise(() => {}) })()",
    ["code-stuck"],
  ],
  [
    "a bigint of a million digits",
    "return 10n ** 1000000n",
    ["code-value", "code-failed", "code-cpu", "code-deadline"],
  ],
  [
    "a bigint that grows",
    "let n = 3n; for (;;) n *= n",
    ["code-failed", "code-memory", "code-cpu", "code-deadline"],
  ],
  ["a label and eval by another name", "const e = eval; e('1')", ["code-failed"]],
  [
    "code by a constructor of functions",
    "return (async () => {}).constructor('return 1')()",
    ["code-failed"],
  ],
  [
    "a result that is an array with properties",
    "const a = [1]; a.x = () => 1; return a",
    { value: [1] },
  ],
];

describe.each(PLACES)("bad input (%s)", (isolation) => {
  const runner = runnerFor({ isolation, cpuMs: 1_000, deadlineMs: 3_000, memoryMiB: 32 });
  const tools = {
    keys: (given: object) => Object.keys(given),
    fails: () => Promise.reject(new TypeError("no")),
  };

  it.each(rows.map((row) => ({ kind: row[0], row })))("$kind", async ({ row }) => {
    const [, source, outcome, memoryMiB] = row;
    const session = runner.session({ tools });
    await session.run("globalThis.kept = 1");
    const run = runner.run(source, {
      tools,
      ...(memoryMiB && { memoryMiB, cpuMs: 20_000, deadlineMs: 60_000 }),
    });
    if ("value" in outcome) expect((await run).value).toEqual(outcome.value);
    else {
      const code = await run.then(
        () => "ok",
        (thrown: unknown) => (thrown instanceof TenonError ? thrown.code : thrown),
      );
      // A row of several says what depends on the time that there is. "went on" is no failure.
      expect(
        outcome.includes("ok") || source.includes("went on") ? [...outcome, "ok"] : outcome,
      ).toContain(code);
    }
    // Nothing has come to the host, and nothing to its neighbours.
    expect("polluted" in {}).toBe(false);
    expect((await session.run("return kept")).value).toBe(1);
    session[Symbol.dispose]();
  });

  it("two awaits are in flight while the run is cancelled", async () => {
    const controller = new AbortController();
    const aborted: string[] = [];
    const wait = function (this: { signal: AbortSignal }, name: string): Promise<unknown> {
      this.signal.addEventListener("abort", () => aborted.push(name));
      if (name === "b") setTimeout(() => controller.abort(), 10);
      return new Promise(() => undefined);
    };
    const source = "await Promise.all([wait('a'), wait('b')])";
    const failure = await failureOf(
      runner.run(source, { tools: { wait }, signal: controller.signal }),
    );
    expect([failure.code, aborted]).toEqual(["code-cancelled", ["a", "b"]]);
  });

  it("what is hidden in an error is made visible", async () => {
    const source = "const e = new Error('\\u202etxt\\u001b[2J'); e.name = '\\u0007'; throw e";
    const { message } = await failureOf(runner.run(source));
    expect(message).toBe("program.js: \\u{7}: \\u{202e}txt\\u{1b}[2J");
  });

  it("tools throw odd things", async () => {
    const odd: unknown[] = [
      undefined,
      null,
      5,
      Symbol("s"),
      () => 1,
      { message: "m" },
      new Proxy({}, {}),
    ];
    const tool = (i: number): never => {
      throw odd[i];
    };
    const source = `
      const said = [];
      for (let i = 0; i < ${odd.length}; i++) {
        try { await tool(i) } catch (e) { said.push(e instanceof Error) }
      }
      return said;
    `;
    const { value } = await runner.run(source, { tools: { tool } });
    expect(value).toEqual(odd.map(() => true));
  });
});
