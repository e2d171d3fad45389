// Calls of guests that hand back what they get.
import * as fc from "fast-check";
import { expect } from "vitest";
import type { ValueType } from "../../../src/component/types.ts";
import { canonical, randomType, randomValue } from "./random.ts";
import { echoFunctions } from "./text.ts";

export type Exports = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

/** A type and some values of it. */
export interface Sample {
  readonly type: ValueType;
  readonly values: readonly unknown[];
}

const sample: fc.Arbitrary<Sample> = randomType().chain((type) =>
  fc.array(randomValue(type), { minLength: 12, maxLength: 12 }).map((values) => ({ type, values })),
);
export const samples: fc.Arbitrary<readonly Sample[]> = fc.array(sample, {
  minLength: 1,
  maxLength: 16,
  size: "max",
});

/** Throws where the two are not the same, as `toStrictEqual` has it. */
export type Same = (actual: unknown, expected: unknown) => void;

const strictly: Same = (actual, expected) => expect(actual).toStrictEqual(expected);

// A function's result that may be an err, as a value.
function called(type: ValueType, call: () => unknown): unknown {
  if (type.kind !== "result") return call();
  try {
    return { tag: "ok", val: call() };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "WitError") throw error;
    return { tag: "err", val: (error as { payload?: unknown }).payload };
  }
}

// The other way about: what a host function does to answer with the value.
function answer(type: ValueType, value: unknown): unknown {
  if (type.kind !== "result") return value;
  const { tag, val } = value as { readonly tag: string; readonly val: unknown };
  if (tag === "err") throw Object.assign(new Error("err"), { payload: val });
  return val;
}

export interface EchoHost {
  readonly functions: Exports;
  /** What the host last heard and answered with. */
  last(): unknown;
}

/** The instance that a passing guest imports: it answers with its arguments. */
export function echoHost(types: readonly ValueType[]): EchoHost {
  let last: unknown;
  const functions = echoFunctions(types).map(({ key, result }) => [
    key,
    (...args: unknown[]) => {
      last = args.length > 1 ? args : args[0];
      return answer(result, last);
    },
  ]);
  return { functions: Object.fromEntries(functions) as Exports, last: () => last };
}

/** `echoAll` of an instance whose functions answer with promises. */
export async function echoAllLater(
  exports: Exports,
  all: readonly Sample[],
  same: Same = strictly,
): Promise<void> {
  let calls = 0;
  for (const [at, { key, params, result }] of echoFunctions(
    all.map(({ type }) => type),
  ).entries()) {
    for (let turn = 0; turn < all[0]!.values.length; turn++) {
      const args = params.map((_, index) => all[params.length > 1 ? index : at]!.values[turn]);
      const [settled] = await Promise.allSettled([exports[key]!(...args)]);
      const answer = called(result, () => {
        if (settled.status === "rejected") throw settled.reason;
        return settled.value;
      });
      same(answer, canonical(result, params.length > 1 ? args : args[0]));
      calls++;
    }
  }
  expect(await exports["returned"]!()).toBe(calls);
}

/** Calls each function with each value. */
export function echoAll(
  exports: Exports,
  all: readonly Sample[],
  { last }: Partial<EchoHost> = {},
  same: Same = strictly,
): void {
  const types = all.map(({ type }) => type);
  let calls = 0;
  for (const [at, { key, params, result }] of echoFunctions(types).entries()) {
    for (let turn = 0; turn < all[0]!.values.length; turn++) {
      const args = params.map((_, index) => all[params.length > 1 ? index : at]!.values[turn]);
      const expected = canonical(result, params.length > 1 ? args : args[0]);
      same(
        called(result, () => exports[key]!(...args)),
        expected,
      );
      if (last !== undefined) same(last(), expected);
      calls++;
    }
  }
  // Each call's post-return has run, once.
  expect(exports["returned"]!()).toBe(calls);
}
