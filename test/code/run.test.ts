import { describe, expect, it } from "vitest";
import { runCode } from "../../src/platform/node/code/index.ts";
import { failureOf, ALL_PLACES, runnerFor } from "./runners.ts";

describe.each(ALL_PLACES)("a program (%s)", (isolation) => {
  const runner = runnerFor({ isolation });
  const valueOf = async (source: string, options = {}): Promise<unknown> =>
    (await runner.run(source, options)).value;

  it("answers what it returns, or its last expression", async () => {
    expect(await valueOf("1 + 1")).toBe(2);
    expect(await valueOf("const a = await Promise.resolve(20); return a + 1;")).toBe(21);
    expect(await valueOf("if (true) return 'early'; return 'late'")).toBe("early");
    expect(await valueOf("")).toBe(undefined);
  });

  it("answers with data of many kinds", async () => {
    const source = `return {
      date: new Date(5), map: new Map([[1, new Set(["a"])]]), bytes: new Uint8Array([1, 2]),
      big: 2n ** 70n, text: "\\ud800é", odd: [undefined, null, -0, NaN], error: new TypeError("t"),
      floats: new Float64Array([0.5]), pattern: /a+/gi,
    }`;
    const value = (await valueOf(source)) as Record<string, unknown>;
    expect(value).toMatchObject({
      date: new Date(5),
      map: new Map([[1, new Set(["a"])]]),
      bytes: new Uint8Array([1, 2]),
      big: 2n ** 70n,
      text: "\ud800é",
      odd: [undefined, null, -0, NaN],
      floats: new Float64Array([0.5]),
      pattern: /a+/gi,
    });
    expect(value["error"]).toBeInstanceOf(TypeError);
  });

  it("finds the values that it is given, as its own copies", async () => {
    const given = { list: [1, 2], when: new Date(9) };
    const source = "given.list.push(3); return [given.list.length, given.when.getTime()]";
    expect(await valueOf(source, { globals: { given } })).toEqual([3, 9]);
    expect(given.list).toEqual([1, 2]);
  });

  it("prints in order, and is heard at once", async () => {
    const heard: string[] = [];
    const source =
      "console.log('a', { b: [1] }); console.warn('%s!', 'c'); await null; console.error(1n)";
    const { output } = await runner.run(source, { onOutput: ({ text }) => heard.push(text) });
    expect(output.map(({ level, text }) => [level, text])).toEqual([
      ["log", "a { b: [ 1 ] }"],
      ["warn", "c!"],
      ["error", "1n"],
    ]);
    expect(heard).toEqual(output.map(({ text }) => text));
  });

  it("says what it cost", async () => {
    const { usage } = await runner.run("let n = 0; for (let i = 0; i < 1e5; i++) n += i; return n");
    expect(usage.ranMs).toBeGreaterThan(0);
    expect(usage.elapsedMs).toBeGreaterThanOrEqual(usage.ranMs);
    expect(usage.memoryBytes).toBeGreaterThan(100_000);
    expect(usage.calls).toEqual({});
  });

  it("shares nothing with the next", async () => {
    await valueOf(
      "globalThis.left = 1; Array.prototype.push = () => 'gone'; Object.freeze(globalThis)",
    );
    expect(await valueOf("typeof left + [].push(1)")).toBe("undefined1");
  });

  it("has timers, and several promises at once", async () => {
    const source = `
      const late = (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value));
      const all = await Promise.all([late(20, "a"), late(10, "b")]);
      return all;
    `;
    expect(await valueOf(source)).toEqual(["a", "b"]);
  });

  it("is told where it failed, in its own words and lines", async () => {
    const source = "const a = 1;\nfunction f() {\n  throw new RangeError('out of ' + a);\n}\nf();";
    const failure = await failureOf(runner.run(source, { name: "task.js" }));
    expect(failure.code).toBe("code-failed");
    expect(failure.message).toBe("task.js: RangeError: out of 1");
    expect(failure.operation).toBe("task.js");
    expect(failure.data).toMatchObject({ name: "RangeError", message: "out of 1", line: 3 });
    expect(failure.cause).toBeInstanceOf(RangeError);
  });

  it("is told where it is no JavaScript", async () => {
    const failure = await failureOf(runner.run("const a = 1;\nlet x = ;"));
    expect(failure.code).toBe("code-syntax");
    expect(failure.data).toMatchObject({ name: "SyntaxError", line: 2 });
    const thrown = await failureOf(runner.run("JSON.parse('{')"));
    expect(thrown.code).toBe("code-failed");
  });

  it("keeps what it printed where it fails", async () => {
    const failure = await failureOf(runner.run("console.log('so far'); null.x"));
    expect(failure.data["output"]).toEqual([{ level: "log", text: "so far" }]);
    expect(failure.data["usage"]).toMatchObject({ calls: {} });
  });

  it("may throw anything", async () => {
    for (const [thrown, said] of [
      ["'text'", 'string: "text"'],
      ["5", "number: 5"],
      ["null", "object: null"],
      ["undefined", "undefined: undefined"],
      ["{ a: 1 }", "object: an object"],
    ] as const) {
      const failure = await failureOf(runner.run(`throw ${thrown}`));
      expect(failure.message).toBe(`program.js threw ${said}`);
    }
    const rejected = await failureOf(runner.run("await Promise.reject(new Error('no'))"));
    expect(rejected.message).toBe("program.js: Error: no");
  });

  it("runs text as code only where it may", async () => {
    expect((await failureOf(runner.run("eval('1')"))).message).toContain("EvalError");
    expect((await failureOf(runner.run("new Function('return 1')()"))).code).toBe("code-failed");
    expect(await valueOf("eval('1 + 1') + new Function('return 1')()", { eval: true })).toBe(3);
  });

  it("imports nothing", async () => {
    for (const name of ["node:fs", "tenon:internal", "tenon:globals", "https://example.org/a.js"]) {
      const failure = await failureOf(runner.run(`await import(${JSON.stringify(name)})`));
      expect(failure.code).toBe("code-failed");
    }
  });

  it("is cancelled while it waits, while it runs, and before it starts", async () => {
    const waiting = new AbortController();
    const run = runner.run("await new Promise((go) => setTimeout(go, 60_000))", {
      signal: waiting.signal,
    });
    setTimeout(() => waiting.abort(new Error("enough")), 20);
    const failure = await failureOf(run);
    expect([failure.code, (failure.cause as Error).message]).toEqual(["code-cancelled", "enough"]);

    const early = await failureOf(runner.run("1", { signal: AbortSignal.abort() }));
    expect(early.code).toBe("code-cancelled");
    if (isolation === "caller") return;
    const busy = new AbortController();
    setTimeout(() => busy.abort(), 20);
    const stopped = await failureOf(runner.run("while (true);", { signal: busy.signal }));
    expect(stopped.code).toBe("code-cancelled");
  });

  it("is not run where the options make no sense", async () => {
    for (const options of [
      { deadlineMs: "5" },
      { memoryMiB: 0 },
      { deadlineMS: 5 },
      { tools: { f: 5 } },
      { tools: [] },
      { signal: {} },
      { name: 5 },
      { tools: { f: { call: () => 1, asks: true } } },
    ]) {
      expect((await failureOf(runner.run("1", options as object))).code).toBe("usage");
    }
    expect((await failureOf(runner.run(5 as unknown as string))).code).toBe("usage");
  });
});

describe("runCode", () => {
  it("runs a program with nothing prepared", async () => {
    const search = (word: string): string[] => [`${word}?`];
    const { value } = await runCode("const [first] = await search('a'); return first", {
      tools: { search },
      deadlineMs: 20_000,
      memoryMiB: 32,
    });
    expect(value).toBe("a?");
  });

  it("says what option it does not know", async () => {
    const failure = await failureOf(runCode("1", { memoryMib: 5 } as object));
    expect(failure.message).toContain("memoryMiB");
  });
});

describe("a runner", () => {
  it("is closed with its runs", async () => {
    const runner = runnerFor({ isolation: "thread" });
    const run = failureOf(runner.run("await new Promise((go) => setTimeout(go, 60_000))"));
    await runner.run("1");
    await runner[Symbol.asyncDispose]();
    expect((await run).code).toBe("code-closed");
    expect((await failureOf(runner.run("1"))).code).toBe("code-closed");
  });

  it("has no more sandboxes than it may: others wait, in their own time", async () => {
    const runner = runnerFor({ isolation: "thread", sandboxes: 2 });
    const runs = Array.from({ length: 6 }, (_each, i) =>
      runner.run(`await new Promise((go) => setTimeout(go, 10)); return ${i}`),
    );
    expect((await Promise.all(runs)).map(({ value }) => value)).toEqual([0, 1, 2, 3, 4, 5]);
    using one = runner.session();
    using two = runner.session();
    await Promise.all([one.run("1"), two.run("1")]);
    const late = await failureOf(runner.run("1", { deadlineMs: 50 }));
    expect(late.code).toBe("code-busy");
    one[Symbol.dispose]();
    expect((await runner.run("3")).value).toBe(3);
  });
});
