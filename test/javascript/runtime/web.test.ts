import { describe, expect, it } from "vitest";

import { thrown, value, World } from "./realms.ts";

describe("what programs find besides the language", () => {
  it.each<[string, unknown]>([
    [
      "new URL('../x?y=1#z', 'https://exämple.org:8080/a/b').href",
      "https://xn--exmple-cua.org:8080/x?y=1#z",
    ],
    [
      "const u = new URL('https://a.b/?x=1'); u.searchParams.append('y', 'ä b'); u.host = 'c.d:99'; u.href",
      "https://c.d:99/?x=1&y=%C3%A4+b",
    ],
    [
      "[URL.canParse('nope'), URL.parse('nope'), String(new URLSearchParams({ a: '1' }))]",
      [false, null, "a=1"],
    ],
    [
      "new TextEncoder().encode('ä\\ud800€')",
      new Uint8Array([195, 164, 239, 191, 189, 226, 130, 172]),
    ],
    ["new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 0xe4, 0x41]))", "\ufffdA"],
    [
      `const d = new TextDecoder();
       [[0xe2, 0x82], [0xac]].map((part) => d.decode(new Uint8Array(part), { stream: true })).join()`,
      ",€",
    ],
    ["new TextDecoder('utf-16').decode(new Uint8Array([0x41, 0, 0x3d, 0xd8, 0, 0xde]))", "A😀"],
    ["atob(btoa('hello')) + new Uint8Array([1, 2, 3]).toBase64()", "helloAQID"],
    ["crypto.getRandomValues(new Uint16Array(8)).length + crypto.randomUUID().length", 44],
    ["new Set(Array.from({ length: 50 }, Math.random)).size", 50],
    ["typeof performance.now() + Date.now()", "number1700000000000"],
    [
      `const a = { date: new Date(5), map: new Map([[1, new Set([2])]]), bytes: new Uint8Array([1, 2]) };
       a.self = a; a.buffer = a.bytes.buffer; const c = structuredClone(a);
       [c !== a, c.self === c, c.bytes.buffer === c.buffer, c.map.get(1).has(2), c.date.getTime()]`,
      [true, true, true, true, 5],
    ],
    [
      "const b = new ArrayBuffer(4); const c = structuredClone(b, { transfer: [b] }); [b.byteLength, c.byteLength]",
      [0, 4],
    ],
    [
      `const c = new AbortController(); const seen = [];
       c.signal.addEventListener('abort', (e) => seen.push(e.type, e.target === c.signal));
       c.abort(); c.abort(); [...seen, c.signal.reason.name]`,
      ["abort", true, "AbortError"],
    ],
    [
      "const s = AbortSignal.any([AbortSignal.timeout(1)]); await new Promise((r) => { s.onabort = r }); s.reason.name",
      "TimeoutError",
    ],
    [
      `const order = [];
       setTimeout(() => order.push('late'), 20); setTimeout(() => order.push('soon', 'args'), 1);
       clearTimeout(setTimeout(() => order.push('never'), 2));
       queueMicrotask(() => order.push('microtask')); order.push('now');
       await new Promise((done) => setTimeout(done, 40)); order`,
      ["now", "microtask", "soon", "args", "late"],
    ],
    [
      "let n = 0; await new Promise((done) => { const i = setInterval(() => { if (++n === 3) { clearInterval(i); done() } }, 1) }); n",
      3,
    ],
    [
      "const x = []; { using y = { [Symbol.dispose]() { x.push('disposed') } }; x.push('used') } x",
      ["used", "disposed"],
    ],
  ])("%s", async (source, expected) => {
    expect(await new World().evaluate(source)).toEqual(expected);
  });

  it("a console, whose lines come in order and are bounded", async () => {
    const world = new World();
    await world.evaluate(`console.log("%s is %d", "a", 1, { b: [1, { c: new Map([["d", 2]]) }] });
      const circle = {}; circle.self = circle; console.warn(circle, [1, , 2], -0, 5n, Symbol("s"));
      console.error(new TypeError("no")); console.group("in"); console.info("x\\ny"); console.groupEnd();
      console.log({ get a() { throw 1 } }, new Proxy({}, { ownKeys() { throw 2 } }), class A {});
      console.debug("x".repeat(1e6)); console.log(new Array(1e6).fill(0)); 0`);
    const [first, second, third, ...rest] = world.lines;
    expect(first).toEqual(["log", "a is 1 { b: [ 1, { c: Map(1) { 'd' => 2 } } ] }"]);
    expect(second).toEqual(["warn", "{ self: [Circular] } [ 1, <empty>, 2 ] -0 5n Symbol(s)"]);
    expect(third![1]).toMatch(/^TypeError: no\n {4}at <eval> \(program\.js:3:/);
    expect(rest.slice(0, 2)).toEqual([
      ["log", "in"],
      ["info", "  x\n  y"],
    ]);
    expect(rest[2]).toEqual(["log", "{ a: [Getter] } [object] [class A]"]);
    expect(rest[3]![1].length).toBeLessThan(70_000);
    expect(rest[4]![1]).toContain("… 999900 more");
  });

  it("errors of timers and listeners that nobody catches are told, and the rest goes on", async () => {
    const world = new World();
    const answer = await world.evaluate(`setTimeout(() => { throw new Error("timer") }, 1);
      const target = new EventTarget(); target.addEventListener("x", () => { throw new Error("listener") });
      target.dispatchEvent(new Event("x")); queueMicrotask(() => { throw new Error("microtask") });
      await new Promise((done) => setTimeout(done, 10)); "done"`);
    expect(answer).toBe("done");
    expect(world.unhandled.map((error) => (error as Error).message).sort()).toEqual([
      "listener",
      "microtask",
      "timer",
    ]);
  });
});

describe("code from strings", () => {
  const ways = [
    "eval('1')",
    "(0, eval)('1')",
    "new Function('1')",
    "(() => {}).constructor('1')()",
    "(async () => {}).constructor('1')",
    "(function* () {}).constructor('1')",
    "(async function* () {}).constructor('1')",
    "Reflect.construct(Function, ['1'])",
    "Object.getPrototypeOf(async () => {}).constructor('1')",
    "class F extends Function {} new F('1')",
  ];
  it.each(ways)("%s is refused", async (source) => {
    expect((await thrown(new World().evaluate(source))).name).toBe("EvalError");
  });
  it.each(ways.map((source) => source.replace("'1'", "'return 1'")))(
    "%s runs where it is allowed",
    async (source) => {
      const allowed = source.replace(/eval\)?\('return 1'\)/, (text) =>
        text.replace("return ", ""),
      );
      await new World().evaluate(`${allowed}; 0`, { limits: { eval: true } });
    },
  );
  it("a function is an instance of Function all the same", async () => {
    const source =
      "[(() => {}) instanceof Function, Function.name, Function.length, (async () => {}) instanceof Function]";
    expect(await new World().evaluate(source)).toEqual([true, "Function", 1, true]);
  });
  it("a timer takes no string", async () => {
    expect((await thrown(new World().evaluate("setTimeout('1', 1)"))).name).toBe("TypeError");
  });
});

describe("fetch", () => {
  // The host's side of it, as far as the runtime sees it: one answer, in two pieces.
  async function fetching(
    source: string,
  ): Promise<{ answer: unknown; asked: unknown[]; closed: number[] }> {
    const asked: unknown[] = [];
    const closed: number[] = [];
    const pieces = ['{"a":', "1}"].map((piece) => new TextEncoder().encode(piece));
    const world = new World();
    world.own.set(5, (request) => {
      asked.push(request);
      const headers = [["content-type", "application/json"]];
      return { url: "https://a.b/", status: 201, statusText: "Created", headers, body: 7 };
    });
    world.own.set(6, () => pieces.shift() ?? new Uint8Array());
    world.own.set(7, (id) => closed.push(id as number));
    using realm = await world.start();
    return { answer: await value(() => realm.evaluate("p.js", source)), asked, closed };
  }

  it("asks the host, and reads what it answers", async () => {
    const { answer, asked, closed } = await fetching(`
      const response = await fetch("https://a.b/?q", { method: "post", headers: { "X-A": "1" }, body: "ä" });
      return [response.status, response.ok, response.headers.get("Content-Type"), await response.json(), response.bodyUsed]`);
    expect(answer).toEqual([201, true, "application/json", { a: 1 }, true]);
    expect(asked).toEqual([
      {
        url: "https://a.b/?q",
        method: "POST",
        headers: [
          ["content-type", "text/plain;charset=UTF-8"],
          ["x-a", "1"],
        ],
        body: new TextEncoder().encode("ä"),
        redirect: "follow",
      },
    ]);
    expect(closed).toEqual([7]);
  });

  it("streams a body, and drops what is not read", async () => {
    const { answer, closed } = await fetching(`
      const response = await fetch("https://a.b/");
      for await (const chunk of response.body) return chunk.length`);
    expect(answer).toBe(5);
    expect(closed).toEqual([7]);
  });

  it("is aborted by a signal", async () => {
    const { answer, asked } = await fetching(`
      const error = await fetch("https://a.b/", { signal: AbortSignal.abort() }).catch((e) => e); return error.name`);
    expect(answer).toBe("AbortError");
    expect(asked).toEqual([]);
  });

  it("gives requests and responses without a host, too", async () => {
    expect(
      await new World()
        .evaluate(`const r = new Response("a", { headers: [["b", "c"], ["b", "d"]] }); const copy = r.clone();
        [await r.text(), await copy.text(), copy.headers.get("b"), await new Request("https://a.b", { method: "PUT", body: new Uint8Array([65]) }).text(), (await Response.json([1]).json())[0]]`),
    ).toEqual(["a", "a", "c, d", "A", 1]);
  });
});

describe("headers", () => {
  it("are walked as they are at each step, by an iterator of their own", async () => {
    const source = `const headers = new Headers({ b: "1", c: "2" }); const seen = [];
      for (const [name] of headers) { seen.push(name); if (name === "b") headers.append("d", "3") }
      return [seen, Object.prototype.toString.call(headers.entries()), typeof headers.keys().return]`;
    expect(await new World().evaluate(source)).toEqual([
      ["b", "c", "d"],
      "[object Headers Iterator]",
      "undefined",
    ]);
  });

  it.each(["Response.error()", "Response.redirect('https://a.example/')"])(
    "of %s can't be changed",
    async (made) => {
      const source = `const { headers } = ${made}; const said = [];
        for (const change of ["append", "set", "delete"]) try { headers[change]("a", "b") } catch (error) { said.push(error.name) }
        return said`;
      expect(await new World().evaluate(source)).toEqual(["TypeError", "TypeError", "TypeError"]);
    },
  );

  it("a status text has no line break", async () => {
    const source = "new Response('', { statusText: 'a\\nb' })";
    expect(await new World().evaluate(source).catch((error: unknown) => error)).toMatchObject({
      name: "TypeError",
    });
  });
});
