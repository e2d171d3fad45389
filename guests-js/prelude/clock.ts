// Time and chance: both are the host's.
import { defineGlobal, defineProperty } from "./primordials.ts";
import { TARGETS } from "./native.ts";

const DoubleView = DataView;

// xorshift128+, seeded by the host when it is first asked: the realm itself is the same everywhere.
let state: [bigint, bigint] | undefined;
const MASK = 0xffff_ffff_ffff_ffffn;

function seed(): [bigint, bigint] {
  const bytes = native.call(TARGETS.random, [16]) as Uint8Array;
  const view = new DoubleView(bytes.buffer, bytes.byteOffset, 16);
  return [view.getBigUint64(0) | 1n, view.getBigUint64(8)];
}

function random(): number {
  state ??= seed();
  let a = state[0];
  const b = state[1];
  a ^= (a << 23n) & MASK;
  a ^= a >> 17n;
  a ^= b ^ (b >> 26n);
  state[0] = b;
  state[1] = a;
  return Number(((a + b) & MASK) >> 11n) / 2 ** 53;
}

export function defineClock(): void {
  defineProperty(Math, "random", {
    value: { random }.random,
    writable: true,
    configurable: true,
    enumerable: false,
  });
  defineGlobal("performance", {
    now: (): unknown => native.call(TARGETS.now, []),
    get timeOrigin(): number {
      return Date.now() - (native.call(TARGETS.now, []) as number);
    },
  });
}
