import { threadMicroseconds } from "../../thread-time.ts";
import { describe, expect, it } from "vitest";
import { exposeState } from "../../../src/component/transform/expose-state.ts";
import { leb, name } from "../../../src/component/transform/bytes.ts";
import { makeInterruptible } from "../../../src/component/transform/interrupt.ts";

type Bytes = Uint8Array | readonly number[];

function joined(...parts: readonly Bytes[]): Uint8Array {
  return all(parts);
}

function all(parts: readonly Bytes[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function repeated(bytes: readonly number[], times: number): Uint8Array {
  const whole = new Uint8Array(bytes.length * times);
  for (let at = 0; at < whole.length; at += bytes.length) whole.set(bytes, at);
  return whole;
}

function each(count: number, of: (nth: number) => readonly number[]): Uint8Array {
  return all(Array.from({ length: count }, (_, nth) => of(nth)));
}

function section(id: number, content: Bytes): Uint8Array {
  return joined([id, ...leb(content.length)], content);
}

function body(code: Bytes): Uint8Array {
  const whole = joined([0], code, [0x0b]);
  return joined(leb(whole.length), whole);
}

// Functions of no parameters and no results, and as many exports as there are names.
function module(bodies: readonly Bytes[], exported: readonly string[] = []): Uint8Array {
  const names = exported.map((one) => [...name(one), 0, 0]);
  return joined(
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, [1, 0x60, 0, 0]),
    section(3, joined(leb(bodies.length), new Uint8Array(bodies.length))),
    section(4, [1, 0x70, 0, 1]),
    section(5, [1, 0, 1]),
    section(7, joined(leb(names.length), all(names))),
    section(10, joined(leb(bodies.length), all(bodies.map(body)))),
  );
}

const CALL = [0x10, 0];
const LOOP = [0x03, 0x40];
const BLOCK = [0x02, 0x40];
const END = [0x0b];
const AWAY = [0x41, 0, 0x0d]; // i32.const 0 br_if

// By what there is `n` of.
const shapes: readonly (readonly [what: string, of: (n: number) => Uint8Array])[] = [
  [
    "nested loops with calls in the innermost",
    (n) => module([joined(repeated(LOOP, n), repeated(CALL, n), repeated(END, n))]),
  ],
  [
    "nested loops with a call in each",
    (n) => module([joined(repeated([...LOOP, ...CALL], n), repeated(END, n))]),
  ],
  ["loops in a row", (n) => module([repeated([...LOOP, ...CALL, ...AWAY, 0, ...END], n)])],
  [
    "ways out of nested loops",
    (n) =>
      module([
        joined(
          repeated(LOOP, n),
          each(n, (nth) => [...AWAY, ...leb(nth)]),
          repeated(END, n),
        ),
      ]),
  ],
  [
    "ways out of a table",
    (n) =>
      module([
        joined(repeated(BLOCK, n), [0x41, 0, 0x0e, ...leb(n - 1)], each(n, leb), repeated(END, n)),
      ]),
  ],
  ["returns", (n) => module([repeated([...BLOCK, ...CALL, 0x0f, ...END], n)])],
  ["memory.fill", (n) => module([repeated([0x41, 0, 0x41, 0, 0x41, 0x80, 0x20, 0xfc, 11, 0], n)])],
  ["memory.size and memory.grow", (n) => module([repeated([0x3f, 0, 0x40, 0, 0x1a], n)])],
  ["calls", (n) => module([repeated(CALL, n)])],
  [
    "functions in a circle",
    (n) => module(Array.from({ length: n }, (_, nth) => [0x10, ...leb((nth + 1) % n)])),
  ],
  [
    "functions that all call one",
    (n) => module(Array.from({ length: n }, () => [...CALL, ...CALL])),
  ],
  [
    "functions that call two others",
    (n) =>
      module(
        Array.from({ length: n }, (_, nth) => [
          0x10,
          ...leb((2 * nth) % n),
          0x10,
          ...leb((2 * nth + 1) % n),
        ]),
      ),
  ],
  [
    "exports",
    (n) =>
      module(
        [CALL],
        Array.from({ length: n }, (_, nth) => `tenon:interrupt${"'".repeat(nth % 99)}${nth}`),
      ),
  ],
];

const MANY = 150_000;

// Where nothing grows faster than the bytes do it is 10 to 200 of the processor's time. The pass that
// copied all calls at each loop's end took 5,000 here.
const NANOSECONDS_A_BYTE = 1_000;

describe("rewriting a module takes time in proportion to its bytes", () => {
  it.each(shapes)("with %s", (_, of) => {
    const bytes = of(MANY);
    const rewrites: readonly (() => unknown)[] = [
      () => makeInterruptible(bytes, "flag", 0),
      () => makeInterruptible(bytes, "count", 0),
      () => exposeState(bytes, 0),
    ];
    for (const rewrite of rewrites) {
      let least = Infinity;
      for (let tries = 0; tries < 3 && least / bytes.length >= NANOSECONDS_A_BYTE; tries++) {
        const started = threadMicroseconds();
        rewrite();
        least = (threadMicroseconds() - started) * 1_000;
      }
      expect(least / bytes.length).toBeLessThan(NANOSECONDS_A_BYTE);
    }
  });
});
