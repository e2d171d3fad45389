import { describe, expect, test } from "vitest";
import { compileSync, instantiate, instantiateAsync } from "../../../src/component/index.ts";
import type { Interrupt, Verdict } from "../../../src/component/index.ts";
import { TenonError } from "../../../src/errors.ts";
import { fromText } from "../guest.ts";

const PAGE = 65_536;
const ELEMENT = 24;

// A guest whose function `run` has this body; `more` stands beside it in its core module, which exports
// nothing else.
async function guest(body: string, more: string): Promise<Uint8Array<ArrayBuffer>> {
  return (await fromText(`(component
    (core module $m ${more} (func (export "run") (result i32) ${body}))
    (core instance $i (instantiate $m))
    (func (export "run") (result s32) (canon lift (core func $i "run"))))`)) as Uint8Array<ArrayBuffer>;
}

// Never stops anybody. `kind`: as InterruptMode.
function patient(kind: "flag" | "count", more: Partial<Interrupt> = {}): Interrupt {
  const flag = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  return { ask: () => "go-on", ...(kind === "flag" ? { flag } : {}), ...more };
}

type Run = () => number;

const limitOf = (call: () => unknown): unknown => {
  try {
    return call();
  } catch (error) {
    return error instanceof TenonError ? [error.code, error.data["limit"]] : error;
  }
};

describe.each(["flag", "count"] as const)("what a guest holds, checked by %s", (kind) => {
  test.each([
    ["a memory that is not exported", "(memory 2)", 2 * PAGE],
    ["several", "(memory 1) (memory 3) (memory 0 7)", 4 * PAGE],
    ["one of 64 bits", "(memory i64 2)", 2 * PAGE],
    ["tables", "(table 10 funcref) (table 5 externref)", 15 * ELEMENT],
    ["a table with what it starts with", "(table 4 funcref (ref.null func))", 4 * ELEMENT],
  ])("%s is counted", async (_, more, bytes) => {
    const component = compileSync(await guest("(i32.const 0)", more));
    expect(instantiate(component, {}, { interrupt: patient(kind) }).memoryBytes).toBe(bytes);
  });

  test.each([
    ["memory", "(memory.grow (i32.const 3))", "(memory 1)", 1, 4 * PAGE],
    [
      "the second memory",
      "(memory.grow $b (i32.const 3))",
      "(memory 1) (memory $b 1)",
      1,
      5 * PAGE,
    ],
    [
      "memory of 64 bits",
      "(i32.wrap_i64 (memory.grow (i64.const 3)))",
      "(memory i64 1)",
      1,
      4 * PAGE,
    ],
    [
      "a table",
      "(table.grow $t (ref.func $f) (i32.const 7))",
      "(table $t 3 funcref) (elem declare func $f) (func $f)",
      3,
      10 * ELEMENT,
    ],
    [
      "a table of what the host has",
      "(table.grow $t (ref.null extern) (i32.const 7))",
      "(table 1 funcref) (table $t 3 externref)",
      3,
      11 * ELEMENT,
    ],
    ["memory past its own end", "(memory.grow (i32.const 9))", "(memory 1 4)", -1, PAGE],
    ["memory by nothing", "(memory.grow (i32.const 0))", "(memory 2)", 2, 2 * PAGE],
    [
      "memory in a loop",
      "(local $n i32) (local.set $n (i32.const 9)) (loop $l (drop (memory.grow (i32.const 1))) (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))) (memory.size)",
      "(memory 1)",
      10,
      10 * PAGE,
    ],
  ])("%s that grows answers as ever, and is counted", async (_, body, more, answer, bytes) => {
    const instance = instantiate(
      compileSync(await guest(body, more)),
      {},
      { interrupt: patient(kind) },
    );
    expect((instance.exports["run"] as Run)()).toBe(answer);
    expect(instance.memoryBytes).toBe(bytes);
  });

  test("what one module grows of another's is counted once", async () => {
    const component = compileSync(
      (await fromText(`(component
        (core module $a (memory (export "memory") 1) (table (export "table") 2 funcref))
        (core module $b (import "a" "memory" (memory 1)) (import "a" "table" (table 2 funcref))
          (func (export "run") (result i32)
            (drop (table.grow 0 (ref.null func) (i32.const 2)))
            (memory.grow (i32.const 2))))
        (core instance $one (instantiate $a))
        (core instance $two (instantiate $b (with "a" (instance $one))))
        (func (export "run") (result s32) (canon lift (core func $two "run"))))`)) as Uint8Array<ArrayBuffer>,
    );
    const instance = instantiate(component, {}, { interrupt: patient(kind) });
    expect((instance.exports["run"] as Run)()).toBe(1);
    expect(instance.memoryBytes).toBe(3 * PAGE + 4 * ELEMENT);
  });

  test("together memories hold no more than one may: the guest is stopped as it grows", async () => {
    const memories = Array.from({ length: 30 }, (_, n) => `(memory $m${n} 1)`).join(" ");
    const grow = Array.from({ length: 30 }, (_, n) => `(drop (memory.grow $m${n} (i32.const 9)))`);
    const instance = instantiate(
      compileSync(await guest(`${grow.join(" ")} (i32.const 1)`, memories), {
        caps: { moduleMemories: 30 },
      }),
      {},
      { interrupt: patient(kind), limits: { memoryBytes: 100 * PAGE } },
    );
    expect(limitOf(() => (instance.exports["run"] as Run)())).toEqual([
      "component-limit",
      "memoryBytes",
    ]);
    expect(instance.state).toBe("poisoned");
    expect(instance.memoryBytes).toBe(0);
  });

  test("nor tables, which do not grow then", async () => {
    const grow = (table: string): string => `(table.grow ${table} (ref.null func) (i32.const 60))`;
    const instance = instantiate(
      compileSync(
        await guest(
          `(drop ${grow("$a")}) ${grow("$b")}`,
          "(table $a 0 funcref) (table $b 0 funcref)",
        ),
      ),
      {},
      { interrupt: patient(kind), limits: { tableElements: 100 } },
    );
    expect((instance.exports["run"] as Run)()).toBe(-1);
    expect(instance.memoryBytes).toBe(60 * ELEMENT);
  });

  test("a table that could not grow holds what it held", async () => {
    const given: number[] = [];
    const room = (bytes: number): Verdict => {
      given.push(bytes);
      return "go-on";
    };
    const body = "(table.grow $t (ref.null func) (i32.const 5))";
    const instance = instantiate(
      compileSync(await guest(body, "(table $t 2 4 funcref)")),
      {},
      { interrupt: patient(kind, { room }) },
    );
    expect((instance.exports["run"] as Run)()).toBe(-1);
    expect(instance.memoryBytes).toBe(2 * ELEMENT);
    expect(given).toEqual([2 * ELEMENT, 5 * ELEMENT, -5 * ELEMENT]);
  });

  test("where there is no room for tables they do not grow, or start", async () => {
    const room = (_: number, __: boolean, elements: number): Verdict | "no-tables" =>
      elements > 10 ? "no-tables" : "go-on";
    const make = async (start: number) => {
      const body = "(table.grow $t (ref.null extern) (i32.const 11))";
      const bytes = await guest(body, `(table $t ${start} externref)`);
      return instantiate(compileSync(bytes), {}, { interrupt: patient(kind, { room }) });
    };
    expect(((await make(10)).exports["run"] as Run)()).toBe(-1);
    await expect(make(11)).rejects.toMatchObject({
      code: "component-limit",
      data: { limit: "tableElements" },
    });
  });

  test("nor do they start with more, in however many instances", async () => {
    const component = compileSync(
      (await fromText(`(component
        (core module $m (memory 40) (table 10 funcref))
        (core instance (instantiate $m)) (core instance (instantiate $m))
        (core instance (instantiate $m)))`)) as Uint8Array<ArrayBuffer>,
    );
    const made = (limits: object) => () =>
      instantiate(component, {}, { interrupt: patient(kind), limits });
    expect(limitOf(made({ memoryBytes: 100 * PAGE }))).toEqual(["component-limit", "memoryBytes"]);
    expect(limitOf(made({ tableElements: 29 }))).toEqual(["component-limit", "tableElements"]);
    expect(made({ memoryBytes: 120 * PAGE, tableElements: 30 })().memoryBytes).toBe(
      120 * PAGE + 30 * ELEMENT,
    );
  });

  test("who counts what all hold says whether there is room, and stops a guest for which there is none", async () => {
    const asked: [number, boolean][] = [];
    const room = (bytes: number, pausable: boolean): Verdict => {
      asked.push([bytes, pausable]);
      return bytes > PAGE ? "stop" : "go-on";
    };
    const body = "(drop (memory.grow (i32.const 1))) (memory.grow (i32.const 2))";
    const instance = instantiate(
      compileSync(await guest(body, "(memory 1)")),
      {},
      { interrupt: patient(kind, { room }) },
    );
    expect(limitOf(() => (instance.exports["run"] as Run)())).toEqual([
      "component-limit",
      "totalMemory",
    ]);
    expect(asked).toEqual([
      [PAGE, false],
      [PAGE, false],
      [2 * PAGE, false],
    ]);
  });

  test("or sets it aside until there is", async () => {
    let pauses = 0;
    const room = (bytes: number, pausable: boolean): Verdict =>
      pausable && bytes === 2 * PAGE && pauses < 3 ? "pause" : "go-on";
    const pause = async (): Promise<void> => void pauses++;
    const instance = await instantiateAsync(
      compileSync(await guest("(memory.grow (i32.const 2))", "(memory 1)")),
      {},
      { interrupt: patient(kind, { room, pause }), suspend: true },
    );
    expect(await (instance.exports["run"] as () => Promise<number>)()).toBe(1);
    expect(pauses).toBe(3);
    expect(instance.memoryBytes).toBe(3 * PAGE);
  });
});
