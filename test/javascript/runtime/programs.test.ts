import { describe, expect, it } from "vitest";

import { NeverSettles } from "../../../src/javascript/realm/targets.ts";
import { globalsFile, thrown, value, World } from "./realms.ts";

describe("a program's value", () => {
  it.each([
    ["1 + 1", 2],
    ["return 1 + 1", 2],
    ["const a = 20; const b = 22; a + b // the last expression", 42],
    ["if (true) { return 'early' } 'late'", "early"],
    ["await null; 'awaited'", "awaited"],
    ["return await Promise.resolve('awaited')", "awaited"],
    ["Promise.resolve('a promise')", "a promise"],
    ["({ then: (resolve) => resolve('a thenable') })", "a thenable"],
    ["let x = 1", undefined],
    ["", undefined],
    ["// nothing but a comment", undefined],
  ])("%s", async (source, expected) => {
    expect(await new World().evaluate(source)).toEqual(expected);
  });

  it("is that of the other program's where two run at once", async () => {
    using realm = await new World().start();
    const run = (source: string): Promise<unknown> => value(() => realm.evaluate("p.js", source));
    const slow = run("await new Promise((done) => setTimeout(done, 5)); 'slow'");
    expect(await run("'quick'")).toBe("quick");
    expect(await slow).toBe("slow");
  });

  it("leaves the next program what it put into the global object, and nothing else", async () => {
    using realm = await new World().start();
    const run = (source: string): Promise<unknown> => value(() => realm.evaluate("p.js", source));
    await run("const once = 1; globalThis.kept = 5");
    expect(await run("const once = 2; return [once, kept]")).toEqual([2, 5]);
    expect(await run("typeof once")).toBe("undefined");
  });
});

describe("what goes wrong says where", () => {
  it.each([
    ["1\n\n  throw new TypeError('no')", "TypeError", "no", "program.js:3:13"],
    ["let x = ;", "SyntaxError", "", "program.js:1:9"],
    ["return 1\nlet y = ;", "SyntaxError", "", "program.js:2:9"],
    ["await null;\nnull.field", "TypeError", "field", "program.js:2:1"],
    ["function f() {\n  undefined.x\n}\nf()", "TypeError", "x", "at f (program.js:2:3)"],
  ])("%j", async (source, name, message, where) => {
    const error = await thrown(new World().evaluate(source));
    expect(error.name).toBe(name);
    expect(error.message).toContain(message);
    expect(error.stack).toContain(where);
  });

  it("also for a rejection that nobody handles", async () => {
    const world = new World();
    await world.evaluate("Promise.reject(new Error('lost'));\nvoid 0");
    expect(world.unhandled).toMatchObject([{ name: "Error", message: "lost" }]);
    expect((world.unhandled[0] as Error).stack).toContain("program.js:1:");
  });

  it("not for a rejection that is handled in the same turn", async () => {
    const world = new World();
    await world.evaluate("const p = Promise.reject(1); await null; p.catch(() => {}); 1");
    expect(world.unhandled).toEqual([]);
  });

  it("of ten thousand rejections it tells of some", async () => {
    const world = new World();
    await world.evaluate("for (let i = 0; i < 10000; i++) Promise.reject(i); 1");
    expect(world.unhandled).toHaveLength(32);
  });
});

describe("host functions", () => {
  it("answer at once, or later", async () => {
    const world = new World(
      (a, b) => (a as number) + (b as number),
      async (name) => `hello ${String(name)}`,
    );
    using realm = await world.start();
    await realm.load([globalsFile(["add"], ["greet"])], "tenon:globals");
    const run = value(() => realm.evaluate("p.js", "[add(1, 2), await greet('you')]"));
    expect(await run).toEqual([3, "hello you"]);
  });

  it("are in flight together", async () => {
    let most = 0;
    let now = 0;
    const world = new World(async (ms) => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((done) => setTimeout(done, ms as number));
      now -= 1;
      return ms;
    });
    using realm = await world.start();
    await realm.load([globalsFile([], ["wait"])], "tenon:globals");
    const source = "(await Promise.all(Array.from({ length: 100 }, () => wait(5)))).length";
    expect(await value(() => realm.evaluate("p.js", source))).toBe(100);
    expect(most).toBe(100);
  });

  it("throw in the program what they throw", async () => {
    const fails = (): never => {
      throw Object.assign(new Error("gone"), { payload: { tag: "not-found" } });
    };
    const world = new World(fails, fails);
    using realm = await world.start();
    await realm.load([globalsFile(["sync"], ["later"])], "tenon:globals");
    const source = `const seen = [];
      try { sync() } catch (error) { seen.push(error instanceof Error, error.message, error.payload.tag) }
      await later().catch((error) => seen.push(error.payload.tag));
      return seen;`;
    expect(await value(() => realm.evaluate("p.js", source))).toEqual([
      true,
      "gone",
      "not-found",
      "not-found",
    ]);
  });

  it("that never answer are waited for, and a promise of nobody's is not", async () => {
    const error = await thrown(new World().evaluate("await new Promise(() => {})"));
    expect(error).toBeInstanceOf(NeverSettles);
  });
});
