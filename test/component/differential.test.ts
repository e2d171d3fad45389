import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileSync, instantiate } from "../../src/component/index.ts";
import type { ValueType } from "../../src/component/types.ts";
import { jcoEngine } from "../jco/engine.ts";
import { canonical, randomType, randomValue } from "./echo/random.ts";
import { echoFunctions, exported, storing } from "./echo/text.ts";
import { fromText } from "./guest.ts";
import { type Exports, exportsOf } from "./start.ts";

const other = jcoEngine();
const API = "acme:test/api@1.0.0";
const TYPES = 20;
const VALUES = 60;

// `val` may be there as undefined or not at all, and a flag that is off is off.
function loose(value: unknown): unknown {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(loose);
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.map(([key, inner]) => [key, loose(inner)]));
}

// What a call answers or throws. A result that is a result has no other form than these two.
function outcome(type: ValueType, call: () => unknown): unknown {
  try {
    return { answer: loose(call()) };
  } catch (error) {
    if (type.kind !== "result" || !(error instanceof Error) || !("payload" in error)) throw error;
    return { err: loose(error.payload) };
  }
}

describe("another engine's output and this engine", () => {
  it.each(["utf8", "utf16"] as const)("answer the same (%s)", async (encoding) => {
    // One component for all types: to transpile it takes longer than thousands of calls.
    const seed = Number(process.env["TEST_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
    const sample = randomType({ recent: false }).chain((type) =>
      fc
        .array(randomValue(type), { minLength: VALUES, maxLength: VALUES })
        .map((values) => ({ type, values: values.map((value) => canonical(type, value)) })),
    );
    const samples = fc.sample(sample, { numRuns: TYPES, seed });
    const types = samples.map(({ type }) => type);
    const bytes = await fromText(exported(storing(types, encoding), API));
    const component = compileSync(bytes as BufferSource);
    const engines: readonly Exports[] = [
      (await (await other.compile(bytes)).instantiate({})).exports[API] as Exports,
      exportsOf(instantiate(component, {}, { code: "text" }), API),
      exportsOf(instantiate(component, {}, { code: "closures" }), API),
    ];
    for (const [at, { key, params, result }] of echoFunctions(types).entries()) {
      for (let turn = 0; turn < VALUES; turn++) {
        const args = params.map(
          (_, index) => samples[params.length > 1 ? index : at]!.values[turn],
        );
        const answers = engines.map((exports) => outcome(result, () => exports[key]!(...args)));
        for (const answer of answers.slice(1)) {
          if (isDeepStrictEqual(answer, answers[0])) continue;
          expect(answer, `seed ${seed}, ${JSON.stringify(result)}`).toStrictEqual(answers[0]);
        }
      }
    }
  });
});
