import { describe, expect, it } from "vitest";
import { compileSync, instantiate, instantiateAsync } from "../../../src/component/index.ts";
import type { Interrupt, Verdict } from "../../../src/component/index.ts";
import { TenonError } from "../../../src/errors.ts";
import { makeInterruptible } from "../../../src/component/transform/interrupt.ts";
import { fromText } from "../guest.ts";

// A guest with a function `run` of no parameters, and neighbours of it that do as they should.
async function guest(body: string, more = ""): Promise<Uint8Array<ArrayBuffer>> {
  return (await fromText(`(component
    (core module $m (memory (export "memory") 1) ${more}
      (func (export "run") (result i32) ${body})
      (func (export "twice") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2))))
    (core instance $i (instantiate $m))
    (func (export "run") (result s32) (canon lift (core func $i "run")))
    (func (export "twice") (param "n" s32) (result s32) (canon lift (core func $i "twice"))))`)) as Uint8Array<ArrayBuffer>;
}

function page(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
}

// Says "stop" when it is asked for the `after`th time; the flag is up from the start.
function stopper(kind: "flag" | "count", after = 1): Interrupt & { asked: number } {
  const flag = kind === "flag" ? page() : undefined;
  if (flag !== undefined) new Int32Array(flag.buffer)[0] = 1;
  return {
    ...(flag === undefined ? {} : { flag }),
    asked: 0,
    ask(): Verdict {
      return ++this.asked >= after ? "stop" : "go-on";
    },
  };
}

const interrupted = expect.objectContaining({
  code: "component-trap",
  data: expect.objectContaining({ kind: "interrupted" }),
});

const loops: readonly (readonly string[])[] = [
  ["a loop", "(loop $l (br $l)) unreachable"],
  ["a loop that branches by a table", "(loop $l (br_table $l $l (i32.const 7))) unreachable"],
  ["a loop in blocks", "(block (loop $l (block (br_if $l (i32.const 1))) (br $l))) unreachable"],
  ["recursion that ends only after ages", "(call $fib (i32.const 90))", FIB()],
  ["two functions that call each other", "(call $a (i32.const 60))", ODD()],
  ["tail calls", "(return_call $t)", "(func $t (result i32) (return_call $t))"],
  [
    "tail calls through a table",
    "(return_call_indirect (type $f) (i32.const 0))",
    `(type $f (func (result i32))) (table 1 funcref) (elem (i32.const 0) $t)
     (func $t (result i32) (return_call_indirect (type $f) (i32.const 0)))`,
  ],
  [
    "tail calls of references",
    "(return_call_ref $f (ref.func $t))",
    `(type $f (func (result i32))) (elem declare func $t)
     (func $t (type $f) (return_call_ref $f (ref.func $t)))`,
  ],
  ["a pyramid of calls without a loop", "(call $p40)", PYRAMID()],
  [
    "handlers that catch everything",
    `(loop $l (block $h (try_table (catch_all $h) (loop $m (br $m)))) (br $l)) unreachable`,
  ],
  [
    "filling memory again and again",
    "(loop $l (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536)) (br $l)) unreachable",
  ],
  [
    "filling memory time and again, without a loop",
    `${"(memory.fill (i32.const 0) (i32.const 1) (i32.const 65536))".repeat(2_000)} (i32.const 0)`,
  ],
  [
    "filling memory of a length from a local, without a loop",
    `(local $n i32) (local.set $n (i32.const 65536))
     ${"(memory.fill (i32.const 0) (i32.const 1) (local.get $n))".repeat(2_000)} (i32.const 0)`,
  ],
  [
    "copying memory of 64 bits, without a loop",
    `${"(memory.copy $wide $wide (i64.const 0) (i64.const 8) (i64.const 65528))".repeat(2_000)} (i32.const 0)`,
    "(memory $wide i64 1)",
  ],
  [
    "growing memory by nothing, without a loop",
    `${"(drop (memory.grow (i32.const 0)))".repeat(2_000)} (i32.const 0)`,
  ],
  [
    "filling a table, without a loop",
    `${"(table.fill $t (i32.const 0) (ref.null func) (i32.const 10000))".repeat(2_000)} (i32.const 0)`,
    "(table $t 10000 funcref)",
  ],
  [
    "making arrays, without a loop",
    `${"(drop (array.new_default $bytes (i32.const 100000)))".repeat(2_000)} (i32.const 0)`,
    "(type $bytes (array (mut i8)))",
  ],
];

function FIB(): string {
  return `(func $fib (param i32) (result i32)
    (if (result i32) (i32.lt_u (local.get 0) (i32.const 2)) (then (local.get 0))
      (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))
                     (call $fib (i32.sub (local.get 0) (i32.const 2)))))))`;
}

function ODD(): string {
  const half = (name: string, other: string) => `(func $${name} (param i32) (result i32)
    (if (result i32) (local.get 0)
      (then (i32.add (call $${other} (i32.sub (local.get 0) (i32.const 1)))
                     (call $${other} (i32.sub (local.get 0) (i32.const 1)))))
      (else (i32.const 1))))`;
  return half("a", "b") + half("b", "a");
}

// Each level calls the one below twice: 2 to the 40th calls, none of them in a circle.
function PYRAMID(): string {
  const levels = Array.from({ length: 40 }, (_, n) => {
    const below = n === 0 ? "(i32.const 1)" : `(call $p${n})`;
    return `(func $p${n + 1} (result i32) (i32.add ${below} ${below}))`;
  });
  return levels.join("\n");
}

describe.each(["flag", "count"] as const)("a guest with checks by %s", (kind) => {
  it.each(loops)(
    "is stopped in %s, and another instance goes on",
    async (_, ...[body = "", more = ""]) => {
      const caps = { functionTableAccesses: 2_000 };
      const component = compileSync(await guest(body, more), { interrupt: kind, caps });
      const bystander = instantiate(component, {}, { interrupt: stopper(kind, Infinity) });
      const { exports } = instantiate(
        component,
        {},
        { interrupt: stopper(kind) },
      ) as unknown as Guest;
      expect(() => exports.run()).toThrow(interrupted);
      expect(() => exports.twice(1)).toThrow(
        expect.objectContaining({ code: "component-poisoned" }),
      );
      expect((bystander as unknown as Guest).exports.twice(21)).toBe(42);
    },
  );

  it("goes on when it is told to", async () => {
    const bytes = await guest(`(local $n i32)
      (loop $l (br_if $l (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 10000000))))
      (local.get $n)`);
    const interrupt = stopper(kind, Infinity);
    const { exports } = instantiate(compileSync(bytes), {}, { interrupt }) as unknown as Guest;
    expect(exports.run()).toBe(10_000_000);
    expect(interrupt.asked).toBeGreaterThan(5);
  });

  it("is stopped in its start function", async () => {
    const bytes = await guest("(i32.const 1)", "(func $s (loop $l (br $l))) (start $s)");
    const component = compileSync(bytes);
    const options = { interrupt: stopper(kind) };
    expect(() => instantiate(component, {}, options)).toThrow(interrupted);
    await expect(instantiateAsync(component, {}, options)).rejects.toEqual(interrupted);
  });

  it("runs a start function that ends, once, after its data is in place", async () => {
    const bytes = await guest(
      "(i32.load (i32.const 0))",
      `(data (i32.const 0) "\\05") (start $s)
       (func $s (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1))))`,
    );
    const { exports } = instantiate(
      compileSync(bytes),
      {},
      { interrupt: stopper(kind, Infinity) },
    ) as unknown as Guest;
    expect(exports.run()).toBe(6);
  });

  it("is stopped in realloc, in post-return and in a destructor", async () => {
    const bytes = (await fromText(`(component
      (core module $m (memory (export "memory") 1)
        (global $loops (mut i32) (i32.const 0))
        (func (export "arm") (param i32) (global.set $loops (local.get 0)))
        (func $maybe (param i32) (if (i32.eq (local.get 0) (global.get $loops)) (then (loop $l (br $l)))))
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) (call $maybe (i32.const 1)) (i32.const 1024))
        (func (export "echo") (param i32 i32) (result i32)
          (i32.store (i32.const 8) (local.get 0)) (i32.store (i32.const 12) (local.get 1)) (i32.const 8))
        (func (export "post") (param i32) (call $maybe (i32.const 2)))
        (func (export "gone") (param i32) (call $maybe (i32.const 3))))
      (core instance $i (instantiate $m))
      (type $r (resource (rep i32) (dtor (core func $i "gone"))))
      (export $x "r" (type $r))
      (core func $new (canon resource.new $r))
      (core module $n (import "" "new" (func $new (param i32) (result i32)))
        (func (export "make") (result i32) (call $new (i32.const 5))))
      (core instance $j (instantiate $n (with "" (instance (export "new" (func $new))))))
      (func (export "make") (result (own $x)) (canon lift (core func $j "make")))
      (func (export "arm") (param "at" u32) (canon lift (core func $i "arm")))
      (func (export "echo") (param "s" string) (result string)
        (canon lift (core func $i "echo") (memory (core memory $i "memory")) (realloc (core func $i "realloc")) (post-return (core func $i "post")))))`)) as Uint8Array<ArrayBuffer>;
    const component = compileSync(bytes);
    for (const at of [1, 2, 3]) {
      const interrupt = stopper(kind);
      const flag = interrupt.flag && new Int32Array(interrupt.flag.buffer);
      flag?.fill(0);
      const { exports } = instantiate(component, {}, { interrupt }) as unknown as {
        exports: { arm(n: number): void; echo(s: string): string; make(): Disposable };
      };
      const resource = exports.make();
      expect(exports.echo("both")).toBe("both");
      exports.arm(at);
      flag?.fill(1, 0, 1);
      const call = () => (at === 3 ? resource[Symbol.dispose]() : exports.echo("both"));
      expect(call).toThrow(interrupted);
    }
  });

  it("may not reach what the rewrite adds", () => {
    const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
    const types = [1, 4, 1, 0x60, 0, 0];
    const functions = [3, 2, 1, 0];
    const code = (...body: number[]) => [10, body.length + 4, 1, body.length + 2, 0, ...body, 0x0b];
    const module = (...rest: number[][]) =>
      Uint8Array.from([...header, ...types, ...functions, ...rest.flat()]);
    const invalid = expect.objectContaining({ code: "component-invalid" });
    const attacks = [
      // It has neither memory nor table nor global.
      module(code(0x41, 0, 0x41, 0, 0x36, 2, 0)), // i32.store
      module(code(0x41, 0, 0x41, 0, 0x36, 0x42, 0, 0)), // i32.store, memory named
      module(code(0x41, 0, 0x41, 0, 0x41, 0, 0xfc, 11, 0)), // memory.fill
      module(code(0x41, 0, 0xd2, 0, 0x26, 0)), // table.set
      module([7, 5, 1, 1, 0x78, 2, 0], code()), // an export of memory 0
      module([7, 5, 1, 1, 0x78, 1, 0], code()), // an export of table 0
      module([7, 5, 1, 1, 0x78, 3, 0], code()), // an export of global 0
      module(code(0x41, 1, 0x24, 0)), // global.set
      module([9, 7, 1, 0, 0x41, 0, 0x0b, 1, 0], code()), // elements for table 0
      module(code(), [11, 7, 1, 0, 0x41, 0, 0x0b, 1, 0]), // data for memory 0
    ];
    for (const attack of attacks) {
      expect(() => makeInterruptible(attack, kind, 0)).toThrow(invalid);
    }
    expect(makeInterruptible(module(code()), kind, 0).added).toBeDefined();
  });
});

describe.each(["flag", "count"] as const)("linking, where time is looked at by %s", (kind) => {
  const many = (): Promise<Uint8Array<ArrayBuffer>> =>
    fromText(`(component
    (core module $m (memory (export "memory") 1) (func (export "run") (result i32) (i32.const 7)))
    ${"(core instance (instantiate $m))".repeat(20)} (core instance $i (instantiate $m))
    (func (export "run") (result s32) (canon lift (core func $i "run"))))`) as Promise<
      Uint8Array<ArrayBuffer>
    >;

  it("gives way to others between its steps", async () => {
    let yielded = 0;
    const interrupt: Interrupt = {
      ...(kind === "flag" ? { flag: raised() } : {}),
      ask: () => "pause",
      pause: async () => void yielded++,
    };
    const { exports } = await instantiateAsync(compileSync(await many()), {}, { interrupt });
    expect(yielded).toBeGreaterThanOrEqual(21);
    expect(await (exports as unknown as Guest["exports"]).run()).toBe(7);
  });

  it("ends where the guest is to stop", async () => {
    const stopping = { ...stopper(kind, 3), pause: async () => {} };
    const made = instantiateAsync(compileSync(await many()), {}, { interrupt: stopping });
    await expect(made).rejects.toEqual(interrupted);
  });
});

function raised(): WebAssembly.Memory {
  const flag = page();
  new Int32Array(flag.buffer)[0] = 1;
  return flag;
}

type Guest = { readonly exports: { run(): number; twice(n: number): number } };

describe("a guest that can be set aside", () => {
  const spin = `(local $n i32)
    (loop $l (br_if $l (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 2000000))))
    (local.get $n)`;

  function sharing(trace: string[], name: string, tick: () => Promise<void>): Interrupt {
    return {
      ask: (pausable) => (pausable ? "pause" : "go-on"),
      async pause() {
        trace.push(name);
        await tick();
      },
    };
  }

  const nextTick = () => new Promise<void>((resolve) => void setTimeout(resolve));

  it("takes turns with another one on the same thread", async () => {
    const component = compileSync(await guest(spin));
    const trace: string[] = [];
    const [one, two] = ["one", "two"].map(
      (name) =>
        instantiate(component, {}, { interrupt: sharing(trace, name, nextTick) }) as unknown as {
          exports: { run(): Promise<number> };
        },
    );
    expect(await Promise.all([one!.exports.run(), two!.exports.run()])).toEqual([
      2_000_000, 2_000_000,
    ]);
    const firstOfTwo = trace.indexOf("two");
    expect(firstOfTwo).toBeGreaterThanOrEqual(0);
    expect(trace.lastIndexOf("one")).toBeGreaterThan(firstOfTwo);
  });

  it("can't be entered meanwhile, and can be ended", async () => {
    const component = compileSync(await guest("(loop $l (br $l)) unreachable"));
    const instance = instantiate(component, {}, { interrupt: sharing([], "", nextTick) });
    const { run, twice } = instance.exports as { [name: string]: (n?: number) => Promise<number> };
    const endless = run!();
    await nextTick();
    await expect(twice!(1)).rejects.toMatchObject({ code: "component-suspended" });
    instance[Symbol.dispose]();
    await expect(endless).rejects.toMatchObject({ code: "component-closed" });
  });

  it("is not set aside below a call of JavaScript's, and is asked so", async () => {
    const bytes = (await fromText(`(component
      (core module $m (memory (export "memory") 1)
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) (local $n i32)
          (loop $l (br_if $l (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 2000000))))
          (i32.const 1024))
        (func (export "len") (param i32 i32) (result i32) (local.get 1)))
      (core instance $i (instantiate $m))
      (func (export "len") (param "s" string) (result u32)
        (canon lift (core func $i "len") (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))`)) as Uint8Array<ArrayBuffer>;
    const asked: boolean[] = [];
    const interrupt: Interrupt = {
      ask(pausable) {
        asked.push(pausable);
        return "pause";
      },
      pause: nextTick,
    };
    const { exports } = instantiate(compileSync(bytes), {}, { interrupt }) as unknown as {
      exports: { len(s: string): Promise<number> };
    };
    expect(await exports.len("four")).toBe(4);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked).not.toContain(true);
  });

  it("is stopped at last", async () => {
    const component = compileSync(await guest("(loop $l (br $l)) unreachable"));
    let left = 5;
    const interrupt: Interrupt = { ask: () => (left-- > 0 ? "pause" : "stop"), pause: nextTick };
    const { run } = instantiate(component, {}, { interrupt }).exports as {
      [name: string]: () => Promise<number>;
    };
    await expect(run!()).rejects.toEqual(interrupted);
    expect(await run!().catch((error: unknown) => (error as TenonError).code)).toBe(
      "component-poisoned",
    );
  });
});
