import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type InterruptMode,
  makeInterruptible,
} from "../../../src/component/transform/interrupt.ts";
import { fromText } from "../guest.ts";
import "../../seed.ts";

const PAGE = 65_536;
const MIB = 1 << 20;
const PAGES = 80;
const SIZE = PAGES * PAGE;
const SEED = Uint8Array.from({ length: SIZE }, (_, at) => (at * 31) ^ (at >> 9));

// Two memories of 5 MiB. `type`: of addresses. `local`: the length is read from a local just before.
function text(type: "i32" | "i64", local: boolean): string {
  const wide = type === "i64" ? "i64" : "";
  const length = local ? "(local.get $n)" : `(${type}.add (local.get $n) (${type}.const 0))`;
  const copy = (name: string, to: string, from: string): string =>
    `(func (export "${name}") (param $to ${type}) (param $from ${type}) (param $n ${type})
       (memory.copy ${to} ${from} (local.get $to) (local.get $from) ${length}))`;
  return `(module
    (memory $a (export "a") ${wide} ${PAGES}) (memory $b (export "b") ${wide} ${PAGES})
    (func (export "fill") (param $to ${type}) (param $from i32) (param $n ${type})
      (memory.fill $b (local.get $to) (local.get $from) ${length}))
    ${copy("within", "$a", "$a")} ${copy("over", "$b", "$a")})`;
}

interface Guest {
  readonly exports: Record<string, (...args: unknown[]) => void>;
  readonly memories: readonly Uint8Array[];
}

type Instance = { readonly exports: Record<string, never> };

function guest({ exports }: Instance, names: readonly string[] = ["a", "b"]): Guest {
  const memories = names.map((name) => {
    const { buffer } = exports[name]! as WebAssembly.Memory;
    return new Uint8Array(buffer);
  });
  return { exports, memories };
}

// `ask` is asked wherever the guest looks whether it is to go on.
async function checked(
  bytes: Uint8Array,
  mode: InterruptMode,
  ask: () => number,
  names?: readonly string[],
): Promise<Guest> {
  const { bytes: rewritten, added } = makeInterruptible(bytes, mode, 0);
  const { namespace, memories } = added!;
  const flag = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const word = new Int32Array(flag.buffer);
  word[0] = 1;
  const own = memories.map(({ wide, initial }) => {
    const form: object = wide ? { initial, address: "i64" } : { initial: Number(initial) };
    return new WebAssembly.Memory(form as { readonly initial: number });
  });
  const module = new WebAssembly.Module(rewritten as BufferSource);
  const instance = new WebAssembly.Instance(module, {
    [namespace]: { ...own, flag },
  } as WebAssembly.Imports);
  const bridge = await fromText(`(module (import "" "ask" (func $ask (result i32)))
    (export "ask" (func $ask)))`);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bridge as BufferSource), {
    "": { ask },
  });
  (instance.exports[`${namespace}/table`] as WebAssembly.Table).set(0, exports["ask"]);
  return guest(instance as unknown as Instance, names);
}

// The first word in which they differ, or -1.
function differsAt(one: Uint8Array, other: Uint8Array): number {
  const [words, others] = [one, other].map(({ buffer }) => new BigUint64Array(buffer));
  return words!.findIndex((word, at) => word !== others![at]);
}

const forms = (["i32", "i64"] as const).flatMap((type) =>
  [true, false].map((local) => ({ type, local })),
);

const address = fc.oneof(
  fc.nat(SIZE),
  fc.constantFrom(0, 1, MIB - 1, MIB, MIB + 1, SIZE - 1, SIZE, SIZE + 1, 0xffff_ffff),
);
const step = fc.record({
  name: fc.constantFrom("fill", "within", "over"),
  to: address,
  from: address,
  length: fc.oneof(address, fc.nat(2_000)),
});

describe.each(forms)("memory by $type, its length from a local: $local", ({ type, local }) => {
  test("is filled and copied as ever, in whatever direction, and not at all past its end", async () => {
    const bytes = await fromText(text(type, local));
    const module = new WebAssembly.Module(bytes as BufferSource);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        const guests = [
          guest(new WebAssembly.Instance(module) as unknown as Instance),
          await checked(bytes, "flag", () => 0),
          await checked(bytes, "count", () => 0),
        ];
        const seen = guests.map(({ exports, memories }) => {
          for (const memory of memories) memory.set(SEED);
          const outcomes = steps.map(({ name, to, from, length }) => {
            const number = (value: number): unknown => (type === "i64" ? BigInt(value) : value);
            try {
              return exports[name]!(
                number(to),
                name === "fill" ? from : number(from),
                number(length),
              );
            } catch (error) {
              return String(error);
            }
          });
          return { outcomes, memories };
        });
        const [plain, ...others] = seen;
        for (const other of others) {
          expect(other.outcomes).toEqual(plain!.outcomes);
          for (const [at, memory] of other.memories.entries()) {
            expect(differsAt(memory, plain!.memories[at]!)).toBe(-1);
          }
        }
      }),
      { numRuns: 12 },
    );
  });

  test.each(["fill", "within", "over"])("%s: it is asked at each megabyte", async (name) => {
    let asked = 0;
    const ask = (): number => (asked++, 0);
    const { exports } = await checked(await fromText(text(type, local)), "flag", ask);
    const [to, from, length] = [4, 0, SIZE - 4];
    if (type === "i32") exports[name]!(to, from, length);
    else exports[name]!(BigInt(to), name === "fill" ? from : BigInt(from), BigInt(length));
    expect(asked).toBeGreaterThanOrEqual(5);
  });
});

describe("memories by i32 and by i64", () => {
  test("are copied into each other as ever, and not at all past an end", async () => {
    const bytes = await fromText(`(module
      (memory $a (export "a") ${PAGES}) (memory $b (export "b") i64 ${PAGES})
      (func (export "over") (param i64 i32 i32)
        (memory.copy $b $a (local.get 0) (local.get 1) (local.get 2)))
      (func (export "back") (param i32 i64 i32)
        (memory.copy $a $b (local.get 0) (local.get 1) (local.get 2))))`);
    const module = new WebAssembly.Module(bytes as BufferSource);
    await fc.assert(
      fc.asyncProperty(address, address, address, fc.boolean(), async (to, from, length, over) => {
        const guests = [
          guest(new WebAssembly.Instance(module) as unknown as Instance),
          await checked(bytes, "flag", () => 0),
          await checked(bytes, "count", () => 0),
        ];
        const seen = guests.map(({ exports, memories }) => {
          for (const [at, memory] of memories.entries())
            memory.fill(at + 1).set(SEED.subarray(3 * at));
          try {
            if (over) return void exports["over"]!(BigInt(to), from, length);
            return void exports["back"]!(to, BigInt(from), length);
          } catch (error) {
            return String(error);
          }
        });
        expect(seen[1]).toBe(seen[0]);
        expect(seen[2]).toBe(seen[0]);
        for (const { memories } of guests.slice(1)) {
          for (const [at, memory] of memories.entries()) {
            expect(differsAt(memory, guests[0]!.memories[at]!)).toBe(-1);
          }
        }
      }),
      { numRuns: 8 },
    );
  });
});

const ELEMENTS = 50_000;
const index = fc.oneof(
  fc.nat(ELEMENTS),
  fc.constantFrom(0, 1, 16_383, 16_384, 16_385, ELEMENTS, ELEMENTS + 1, 0xffff_ffff),
);

describe.each(["(local.get $n)", "(i32.add (local.get $n) (i32.const 0))"])("tables, %s", (n) => {
  const text = `(module
    (table $a (export "a") ${ELEMENTS} externref) (table $b (export "b") ${ELEMENTS} externref)
    (func (export "fill") (param $to i32) (param $with externref) (param $n i32)
      (table.fill $a (local.get $to) (local.get $with) ${n}))
    (func (export "within") (param $to i32) (param $from i32) (param $n i32)
      (table.copy $a $a (local.get $to) (local.get $from) ${n}))
    (func (export "over") (param $to i32) (param $from i32) (param $n i32)
      (table.copy $b $a (local.get $to) (local.get $from) ${n})))`;
  const elements = ({ exports }: Guest): unknown[] =>
    ["a", "b"].flatMap((name) => {
      const table = exports[name] as unknown as WebAssembly.Table;
      return Array.from({ length: ELEMENTS }, (_, at) => table.get(at) as unknown);
    });

  test("are filled and copied as ever, and not at all past their end", async () => {
    const bytes = await fromText(text);
    const module = new WebAssembly.Module(bytes as BufferSource);
    const work = fc.constantFrom("fill", "within", "over");
    const steps = fc.array(fc.tuple(work, index, index, index), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const guests = [
          guest(new WebAssembly.Instance(module) as unknown as Instance, []),
          await checked(bytes, "flag", () => 0, []),
          await checked(bytes, "count", () => 0, []),
        ];
        const seen = guests.map((one) => {
          const table = one.exports["a"] as unknown as WebAssembly.Table;
          for (let at = 0; at < ELEMENTS; at++) table.set(at, at);
          const outcomes = all.map(([name, to, from, length]) => {
            try {
              return one.exports[name]!(to, from, length);
            } catch (error) {
              return String(error);
            }
          });
          return [outcomes, elements(one)];
        });
        expect(seen[1]).toEqual(seen[0]);
        expect(seen[2]).toEqual(seen[0]);
      }),
      { numRuns: 5 },
    );
  });

  test("a long one is asked on its way", async () => {
    let asked = 0;
    const ask = (): number => (asked++, 0);
    const { exports } = await checked(await fromText(text), "flag", ask, []);
    exports["within"]!(1, 0, ELEMENTS - 1);
    exports["fill"]!(0, null, ELEMENTS);
    expect(asked).toBeGreaterThanOrEqual(6);
  });
});
