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

function guest({ exports }: Instance): Guest {
  const memories = ["a", "b"].map((name) => {
    const { buffer } = exports[name]! as WebAssembly.Memory;
    return new Uint8Array(buffer);
  });
  return { exports, memories };
}

// `ask` is asked wherever the guest looks whether it is to go on.
async function checked(bytes: Uint8Array, mode: InterruptMode, ask: () => number): Promise<Guest> {
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
  return guest(instance as unknown as Instance);
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
    const seed = Uint8Array.from({ length: SIZE }, (_, at) => (at * 31) ^ (at >> 9));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        const guests = [
          guest(new WebAssembly.Instance(module) as unknown as Instance),
          await checked(bytes, "flag", () => 0),
          await checked(bytes, "count", () => 0),
        ];
        const seen = guests.map(({ exports, memories }) => {
          for (const memory of memories) memory.set(seed);
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
