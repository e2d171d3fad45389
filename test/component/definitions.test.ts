import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Layouts } from "../../src/component/abi/layout.ts";
import { loweredAsync, signatureOf } from "../../src/component/abi/signature.ts";
import type { ValueType } from "../../src/component/types.ts";
import { TenonError, WitError } from "../../src/errors.ts";
import { type Encoding, FakeGuest, func, routes } from "./abi/fake-guest.ts";
import {
  doubleOf,
  hexOf,
  type Lowered,
  merged,
  Reference,
  type Wire,
  wire,
} from "./definitions/reference.ts";
import { canonical, randomType, randomValue } from "./echo/random.ts";
import { encodings } from "./echo/text.ts";

const folder = process.env["TENON_DEFINITIONS"];
const TYPES = Number(process.env["TENON_DEFINITIONS_TYPES"] ?? 150);
const VALUES = 8;
const BASE = 1024;

// A guest whose allocator starts anew with each value, as reference.py's does.
class Arena {
  readonly guest: FakeGuest;
  #next = BASE;
  #high = BASE;
  calls: (readonly number[])[] = [];

  constructor(route: (typeof routes)[number][1], encoding: Encoding) {
    this.guest = new FakeGuest(route, encoding);
    this.guest.realloc = (old, oldSize, align, size) => {
      this.calls.push([old, oldSize, align, size]);
      const pointer = Math.ceil(this.#next / align) * align;
      this.#grow((this.#next = pointer + size));
      if (old !== 0) this.guest.bytes.copyWithin(pointer, old, old + oldSize);
      return pointer;
    };
  }

  #grow(size: number): void {
    this.#high = Math.max(this.#high, size);
    const { memory } = this.guest;
    const missing = Math.ceil((size - memory.buffer.byteLength) / 65_536);
    if (missing > 0) memory.grow(missing);
  }

  reset(image = ""): this {
    this.guest.bytes.fill(0, BASE, this.#high);
    this.#next = BASE;
    this.calls = [];
    this.guest.store.state = 0;
    const bytes = Buffer.from(image, "base64");
    this.#grow(BASE + bytes.length);
    this.guest.bytes.set(bytes, BASE);
    return this;
  }

  lowered(flat: readonly unknown[], types: readonly string[]): Lowered {
    const image = Buffer.from(this.guest.bytes.subarray(BASE, this.#next)).toString("base64");
    // WebAssembly ignores arguments beyond those that a function takes.
    return { flat: types.map((type, at) => plain(flat[at], type)), image, calls: this.calls };
  }
}

function plain(value: unknown, type: string): string {
  if (type === "i32") return String(Number(value) >>> 0);
  if (type === "i64") return String(BigInt.asUintN(64, BigInt(value as bigint)));
  return hexOf(value as number);
}

// As WebAssembly hands it to JavaScript.
function core(text: string, type: string): unknown {
  if (type === "i32") return Number(text) | 0;
  return type === "i64" ? BigInt.asIntN(64, BigInt(text)) : doubleOf(text);
}

// A function's result that may be an err, as a value, and the other way about.
function called(type: ValueType, call: () => unknown): unknown {
  if (type.kind !== "result") return call();
  try {
    return { tag: "ok", val: call() };
  } catch (error) {
    if (!(error instanceof WitError)) throw error;
    return { tag: "err", val: error.payload };
  }
}

function answer(type: ValueType, value: unknown): unknown {
  if (type.kind !== "result") return value;
  const { tag, val } = value as { readonly tag: string; readonly val: unknown };
  if (tag === "err") throw new WitError(val);
  return val;
}

const seed = Number(process.env["TEST_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const sample = randomType().chain((type) =>
  fc
    .array(randomValue(type), { minLength: VALUES, maxLength: VALUES })
    .map((values) => ({ type, values })),
);

describe.skipIf(folder === undefined)(
  `the specification's definitions.py${folder === undefined ? " (skipped: TENON_DEFINITIONS does not name its folder)" : ""}`,
  () => {
    const samples = folder === undefined ? [] : fc.sample(sample, { numRuns: TYPES, seed });
    const counts = { types: 0, lowered: 0, lifted: 0, damaged: 0, trapped: 0 };
    let reference: Reference;
    beforeAll(() => {
      reference = new Reference(folder!);
    });
    afterAll(() => {
      reference.close();
      console.log(`definitions.py, seed ${seed}: ${JSON.stringify(counts)}`);
    });

    function same(actual: unknown, expected: unknown, type: ValueType): void {
      if (isDeepStrictEqual(actual, expected)) return;
      expect(actual, `seed ${seed}, ${JSON.stringify(type)}`).toStrictEqual(expected);
    }

    it.each(encodings)(
      "flattens, writes and reads as this engine does (%s)",
      { timeout: 600_000 },
      async (encoding) => {
        const arenas = routes.map(([, route]) => new Arena(route, encoding));
        for (const { type, values } of samples) {
          const wires = values.map((value) => wire(type, canonical(type, value)));
          const told = await reference.lower(type, encoding, wires);
          const signature = signatureOf(new Layouts(), func([type], type));
          const late = loweredAsync(signature);
          const [param] = signature.params;
          const params = signature.flat ?? ["i32"];
          const out = signature.spills ? ["i32"] : [];
          const results = signature.spills ? ["i32"] : (signature.result!.flat ?? []);
          same([param!.size, param!.align], [told.size, told.align], type);
          const shapes = {
            "sync lift": [params, results],
            "sync lower": [[...params, ...out], signature.spills ? [] : results],
            "async lift": [params, []],
            "async lower": [[...(late.flat ?? ["i32"]), "i32"], ["i32"]],
          };
          same(shapes, told.shapes, type);
          counts.types++;
          for (const arena of arenas) {
            const { guest } = arena;
            let flat: readonly unknown[] = [];
            let given: unknown;
            let back: unknown;
            const take = guest.lift(func([type]), (...all) => void (flat = all));
            const give = guest.lift(func([], type), () => back);
            const hear = guest.lower(func([type]), (value) => void (given = value));
            const say = guest.lower(func([], type), () => answer(type, given));
            for (const [at, expected] of told.lowered.entries()) {
              arena.reset();
              take(values[at]);
              same(arena.lowered(flat, params), expected.params, type);

              arena.reset(expected.params.image);
              hear(...expected.params.flat.map((text, index) => core(text, params[index]!)));
              same(wire(type, given), wires[at], type);
              same(expected.lifted, wires[at], type);

              arena.reset(expected.result.image);
              back = core(expected.result.flat[0]!, results[0]!);
              same(
                wire(
                  type,
                  called(type, () => give()),
                ),
                wires[at],
                type,
              );

              arena.reset();
              given = values[at];
              const place = out.map(() => guest.realloc(0, 0, param!.align, param!.size));
              const said = say(...place);
              same(
                arena.lowered(signature.spills ? place : [said], results),
                expected.result,
                type,
              );
              counts.lowered += 2;
              counts.lifted += 2;
            }
          }
        }
      },
    );

    it.each(encodings)(
      "traps where this engine does on memory that is damaged (%s)",
      { timeout: 600_000 },
      async (encoding) => {
        const arenas = routes.map(([, route]) => [route, encoding] as const);
        const damage = fc.record({
          flat: fc.option(fc.nat({ max: 2 ** 32 - 1 }), { nil: undefined, freq: 4 }),
          bytes: fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 4 }),
        });
        for (const { type, values } of samples) {
          const wires = values.map((value) => wire(type, canonical(type, value)));
          const { lowered } = await reference.lower(type, encoding, wires);
          const signature = signatureOf(new Layouts(), func([type], type));
          const [result] = signature.spills ? (["i32"] as const) : signature.result!.flat!;
          const harms = fc.sample(damage, { numRuns: lowered.length, seed });
          const damaged = lowered.map(({ result: { flat, image } }, at) =>
            harmed(flat, image, result!, harms[at]!),
          );
          const told = await reference.lift(type, encoding, damaged);
          for (const [route] of arenas) {
            for (const [at, { flat, image }] of damaged.entries()) {
              const expected = told[at]!;
              if ("skipped" in expected) continue;
              const arena = new Arena(route, encoding).reset(image);
              const give = arena.guest.lift(func([], type), () => core(flat[0]!, result!));
              const value =
                "value" in expected ? { value: merged(type, expected.value) } : expected;
              same(outcome(type, give), value, type);
              counts.damaged++;
              if ("trap" in expected) counts.trapped++;
            }
          }
        }
      },
    );
  },
);

function harmed(
  flat: readonly string[],
  image: string,
  type: string,
  {
    flat: other,
    bytes,
  }: { flat: number | undefined; bytes: readonly (readonly [number, number])[] },
): Pick<Lowered, "flat" | "image"> {
  const memory = Buffer.from(image, "base64");
  for (const [at, byte] of bytes) if (memory.length > 0) memory[at % memory.length] = byte;
  const kept = other === undefined || type.startsWith("f");
  return { flat: kept ? flat : [String(other)], image: memory.toString("base64") };
}

function outcome(type: ValueType, give: () => unknown): { value: Wire } | { trap: true } {
  try {
    return { value: wire(type, called(type, give)) };
  } catch (error) {
    if (error instanceof TenonError && error.code === "component-trap") return { trap: true };
    throw error;
  }
}
