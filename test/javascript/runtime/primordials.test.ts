import { afterEach, describe, expect, it } from "vitest";

import type { Realm } from "../../../src/javascript/realm/realm.ts";
import { filesOf, thrown, value, World } from "./realms.ts";

const limits = { memory: 16 * 1024 * 1024, stack: 64 * 1024, value: 1024 * 1024 };

// What a program may put in place of what the language gives.
const DISTURBANCES: [string, string][] = [
  ["Promise.prototype.then", "Promise.prototype.then = () => { throw new Error('mine') }"],
  [
    "the iterator of arrays",
    "Array.prototype[Symbol.iterator] = () => { throw new Error('mine') }",
  ],
  [
    "the step of iterators",
    "Object.getPrototypeOf([][Symbol.iterator]()).next = () => { throw new Error('mine') }",
  ],
  [
    "the methods of arrays",
    "for (const name of ['push', 'map', 'filter', 'join', 'splice', 'shift', 'slice']) Array.prototype[name] = () => { throw new Error('mine') }",
  ],
  [
    "the methods of maps and sets",
    "for (const type of [Map, Set]) for (const name of ['get', 'set', 'has', 'add', 'delete', 'clear', 'forEach']) type.prototype[name] = () => { throw new Error('mine') }",
  ],
  [
    "globals",
    "for (const name of ['JSON', 'Map', 'Set', 'Promise', 'Array', 'Reflect', 'String', 'Number', 'Error', 'TypeError', 'Symbol', 'Uint8Array', 'RegExp', 'Object']) globalThis[name] = undefined",
  ],
  [
    "functions of Object and Reflect",
    "for (const of of [Object, Reflect]) for (const name of Reflect.ownKeys(of)) try { of[name] = () => { throw new Error('mine') } } catch {}",
  ],
  [
    "call, apply and bind",
    "for (const name of ['call', 'apply', 'bind']) Function.prototype[name] = () => { throw new Error('mine') }",
  ],
  [
    "what every descriptor inherits",
    "Object.prototype.get = () => 'mine'; Object.prototype.set = () => {}",
  ],
  ["Error.prepareStackTrace", "Error.prepareStackTrace = () => { throw new RangeError('mine') }"],
  [
    "setters of indexes",
    "for (let at = 0; at < 4; at++) Object.defineProperty(Array.prototype, at, { set() { throw new Error('mine') }, configurable: true })",
  ],
];

// A file of the host's, which keeps what it uses.
const CALLS = `import { start } from "tenon:internal";
globalThis.begin = (name, done, failed, signal) => {
  const answer = start(name === "good" ? 16 : 17, [name], signal);
  settled(answer, done, failed);
};
const then = Promise.prototype.then;
const apply = Reflect.apply;
const settled = (promise, ...both) => apply(then, promise, both);`;

async function start(world: World): Promise<Realm> {
  const realm = await world.start({ limits });
  await realm.load([{ name: "tenon:globals", source: CALLS }], "tenon:globals");
  return realm;
}

function worldOf(): World {
  return new World(
    async (name) => `hello ${String(name)}`,
    async () => {
      throw Object.assign(new Error("gone"), { payload: { tag: "not-found" } });
    },
  );
}

// The bystander: another program in another realm of the same runtime.
afterEach(async () => {
  expect(await new World().evaluate("[1, 2].map((x) => x * 2)", { limits })).toEqual([2, 4]);
});

describe("a program that replaces what the language gives", () => {
  it.each(DISTURBANCES)("loses no answer of the host's: %s", async (_, disturbance) => {
    const world = worldOf();
    using realm = await start(world);
    const source = `globalThis.seen = "";
      globalThis.ended = new Promise((resolve) => { globalThis.end = resolve });
      export function run() {
        let left = 4;
        const one = (text) => { seen += text + "|"; left -= 1; if (left === 0) end(seen) };
        ${disturbance};
        begin("good", (value) => one(value), () => one("failed"));
        begin("bad", () => one("good"), (error) => one("an error"));
        begin("bad", () => one("good"), (error) => one("an error"));
        setTimeout(() => one("time"), 30);
        return ended;
      }`;
    await realm.load(filesOf({ "a.js": source }), "a.js");
    const said = await value(() => realm.enter(["run"], []));
    expect(String(said).split("|").toSorted()).toEqual([
      "",
      "an error",
      "an error",
      "hello good",
      "time",
    ]);
    expect(realm.inFlight).toBe(0);
  });

  it.each(DISTURBANCES)("can still abort a call: %s", async (_, disturbance) => {
    const world = new World(() => new Promise(() => {}));
    using realm = await start(world);
    const source = `export function run() {
        const controller = new AbortController();
        globalThis.ended = new Promise((resolve) => { globalThis.end = resolve });
        const abort = controller.abort.bind(controller);
        ${disturbance};
        begin("good", () => end("good"), () => end("aborted"), controller.signal);
        abort("why");
        return ended;
      }`;
    await realm.load(filesOf({ "a.js": source }), "a.js");
    expect(await value(() => realm.enter(["run"], []))).toBe("aborted");
    expect(realm.inFlight).toBe(0);
  });
});

describe("a program that spoils its own promises", () => {
  it.each([
    [
      "the constructor of promises",
      "Object.defineProperty(Promise.prototype, 'constructor', { get() { return { get [Symbol.species]() { throw new RangeError('mine') } } } }); await null; await Promise.resolve(1)",
      { name: "RangeError", message: "mine" },
    ],
    [
      "a `then` of all objects",
      "Object.prototype.then = (resolve, reject) => reject(new RangeError('mine')); ({})",
      { name: "RangeError", message: "mine" },
    ],
  ])("ends, and the next goes on: %s", async (_, source, said) => {
    const world = new World();
    using realm = await world.start({ limits });
    expect(await thrown(value(() => realm.evaluate("p.js", source)))).toMatchObject(said);
    const heal = "delete Object.prototype.then; delete Promise.prototype.constructor; 1";
    // Its own outcome is still spoiled by what it mends.
    await value(() => realm.evaluate("p.js", heal)).catch(() => undefined);
    expect(await value(() => realm.evaluate("p.js", "1 + 1"))).toBe(2);
  });
});

describe("an answer for which there is no memory", () => {
  it("fails its own call, and no other", async () => {
    const world = new World((size) => Promise.resolve("x".repeat(size as number)));
    using realm = await world.start({ limits: { ...limits, value: 64 * 1024 * 1024 } });
    const source = `import { start } from "tenon:internal";
      globalThis.ask = (size) => start(16, [size]);`;
    await realm.load([{ name: "tenon:globals", source }], "tenon:globals");
    const program = `const all = await Promise.allSettled([1, 20e6, 2, 30e6, 3].map((size) => ask(size)));
      return all.map(({ status, value, reason }) => value?.length ?? reason.message)`;
    expect(await value(() => realm.evaluate("p.js", program))).toEqual([
      1,
      "out of memory",
      2,
      "out of memory",
      3,
    ]);
  });
});

describe("a source that closes what is around it is no program", () => {
  // The place is that of the first word behind the brace that fits nowhere.
  it.each([
    ["} {", "1:3"],
    ["1 } globalThis.ran = true; {", "1:5"],
    ["}); (async () => { return 5", "1:2"],
    ["return 1 }); globalThis.ran = true; (async () => {", "1:11"],
    ["const a = '{';\n} { return a", "2:5"],
    ["return 1 } , async b () { return 2", "1:12"],
    ["return 1 }, async () => { return 2", "1:11"],
    ["return 1 } async function b() { return 2", "1:12"],
    ["/* { */ } /* } */ {", "1:19"],
  ])("%s", async (source, where) => {
    const world = new World();
    using realm = await world.start({ limits });
    const error = await thrown(value(() => realm.evaluate("program.js", source)));
    expect(error.name).toBe("SyntaxError");
    expect(error.stack).toContain(`program.js:${where}`);
    expect(await value(() => realm.evaluate("after.js", "typeof ran"))).toBe("undefined");
  });

  it.each([
    ["const a = { b: '}' }; a.b", "}"],
    ["return `${{ a: '{' }.a}`", "{"],
    ["function f() { return '}{' } f()", "}{"],
    ["if (true) { return /[{}]/.source }", "[{}]"],
    ["const f = () => { return 1 }; /* } */ return f()", 1],
  ])("braces within it are its own: %s", async (source, expected) => {
    expect(await new World().evaluate(source, { limits })).toBe(expected);
  });
});
