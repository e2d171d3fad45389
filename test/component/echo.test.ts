import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileSync, instantiate } from "../../src/component/index.ts";
import type { ValueType } from "../../src/component/types.ts";
import { WitError } from "../../src/errors.ts";
import { canonical, randomType, randomValue } from "./echo/random.ts";
import { composed, echoFunctions, encodings, HOST, passing, storing } from "./echo/text.ts";
import { fromText } from "./guest.ts";

type Exports = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

/// A type and some values of it.
interface Sample {
  readonly type: ValueType;
  readonly values: readonly unknown[];
}

const sample: fc.Arbitrary<Sample> = randomType().chain((type) =>
  fc.array(randomValue(type), { minLength: 12, maxLength: 12 }).map((values) => ({ type, values })),
);
const samples = fc.array(sample, { minLength: 1, maxLength: 16, size: "max" });

/// A function's result that may be an err, as a value.
function called(type: ValueType, call: () => unknown): unknown {
  if (type.kind !== "result") return call();
  try {
    return { tag: "ok", val: call() };
  } catch (error) {
    if (!(error instanceof WitError)) throw error;
    return { tag: "err", val: error.payload };
  }
}

/// The other way about: what a host function does to answer with the value.
function answer(type: ValueType, value: unknown): unknown {
  if (type.kind !== "result") return value;
  const { tag, val } = value as { readonly tag: string; readonly val: unknown };
  if (tag === "err") throw new WitError(val);
  return val;
}

function expectSame(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toStrictEqual(expected);
}

/// Calls each function with each value; answers how many calls that were.
function echoAll(
  exports: Exports,
  all: readonly Sample[],
  heard?: (type: ValueType) => unknown,
): number {
  const types = all.map(({ type }) => type);
  let calls = 0;
  for (const [at, { key, params, result }] of echoFunctions(types).entries()) {
    for (let turn = 0; turn < all[0]!.values.length; turn++) {
      const args = params.map((_, index) => all[params.length > 1 ? index : at]!.values[turn]);
      const value = params.length > 1 ? args : args[0];
      const expected = canonical(result, value);
      expectSame(
        called(result, () => exports[key]!(...args)),
        expected,
      );
      if (heard !== undefined) expectSame(heard(result), expected);
      calls++;
    }
  }
  // Each call's post-return has run, once.
  expect(exports["returned"]!()).toBe(calls);
  return calls;
}

const RUNS = { numRuns: 4 };

for (const code of ["text", "closures"] as const) {
  describe(`random values of random types, by ${code}`, () => {
    for (const encoding of encodings) {
      it(`come back from a guest that has stored them (${encoding})`, async () => {
        await fc.assert(
          fc.asyncProperty(samples, async (all) => {
            const text = storing(
              all.map(({ type }) => type),
              encoding,
            );
            const component = compileSync((await fromText(text)) as BufferSource);
            const instance = instantiate(component, {}, { code });
            echoAll(instance.exports as Exports, all);
          }),
          RUNS,
        );
      });

      it(`reach the host through a guest, and come back (${encoding})`, async () => {
        await fc.assert(
          fc.asyncProperty(samples, async (all) => {
            const types = all.map(({ type }) => type);
            const component = compileSync(
              (await fromText(passing(types, encoding))) as BufferSource,
            );
            let last: unknown;
            const host = Object.fromEntries(
              echoFunctions(types).map(({ key, result }) => [
                key,
                (...args: unknown[]) => {
                  // The result of the host's last call is the echo of its arguments.
                  last = args.length > 1 ? args : args[0];
                  return answer(result, last);
                },
              ]),
            );
            const instance = instantiate(component, { [HOST]: host }, { code });
            echoAll(instance.exports as Exports, all, () => last);
          }),
          RUNS,
        );
      });

      it.each(encodings)(
        `pass from one guest to another (${encoding}, %s inside)`,
        async (inner) => {
          await fc.assert(
            fc.asyncProperty(samples, async (all) => {
              const text = composed(
                all.map(({ type }) => type),
                encoding,
                inner,
              );
              const component = compileSync((await fromText(text)) as BufferSource);
              const instance = instantiate(component, {}, { code });
              echoAll(instance.exports["outer"] as Exports, all);
            }),
            RUNS,
          );
        },
      );
    }
  });
}
