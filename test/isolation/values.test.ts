import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Layouts } from "../../src/component/abi/layout.ts";
import { WireReader, WireWriter } from "../../src/component/wire/bytes.ts";
import { type WireHandles, WireMisfit } from "../../src/component/wire/codec.ts";
import { codecOf } from "../../src/component/wire/codecs.ts";
import type { ValueType } from "../../src/component/types.ts";
import { WitError } from "../../src/errors.ts";
import { fromText } from "../component/guest.ts";
import { echoHost, samples } from "../component/echo/calls.ts";
import { foreign, foreignAnswers } from "../component/echo/foreign.ts";
import { echoFunctions, passing } from "../component/echo/text.ts";
import { canonical, randomType, randomValue } from "../component/echo/random.ts";
import { failure, fn, HOST, start } from "../conformance/engine-expect.ts";
import { echoComponent } from "../conformance/engine-guests.ts";
import { everywhere } from "./places.ts";

const noHandles: WireHandles = {
  give: () => undefined,
  take: () => undefined,
};

const STRING = { type: "string", flat: ["i32", "i32"], spilled: true } as const;
const BYTES: ValueType = { kind: "list", item: { kind: "u8" }, length: undefined };

// A function's result that may be an err, as a value.
async function outcome(type: ValueType, call: () => unknown): Promise<unknown> {
  if (type.kind !== "result") return call();
  try {
    return { tag: "ok", val: await call() };
  } catch (error) {
    if (!(error instanceof WitError)) throw error;
    return { tag: "err", val: error.payload };
  }
}

describe("the wire", () => {
  test("carries random values of random types", () => {
    const sample = randomType().chain((type) =>
      randomValue(type).map((value) => ({ type, value })),
    );
    fc.assert(
      fc.property(sample, ({ type, value }) => {
        const codec = codecOf(new Layouts().of(type));
        const writer = new WireWriter();
        codec.write(writer, value, noHandles);
        const read = codec.read(new WireReader(writer.take()), noHandles);
        // What a guest would make of it is the same as of the value itself.
        const [actual, expected] = [canonical(type, read), canonical(type, value)];
        if (!isDeepStrictEqual(actual, expected)) expect(actual).toStrictEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  test("carries strings of any units as they are", () => {
    const units = fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 100 })
      .map((all) => String.fromCharCode(...all).repeat(7));
    const codec = codecOf(new Layouts().of({ kind: "string" }));
    fc.assert(
      fc.property(units, (text) => {
        const writer = new WireWriter();
        codec.write(writer, text, noHandles);
        expect(codec.read(new WireReader(writer.take()), noHandles)).toBe(text);
      }),
    );
  });

  test("never reads past the end of what is cut off", () => {
    const sample = randomType().chain((type) =>
      randomValue(type).map((value) => ({ type, value })),
    );
    fc.assert(
      fc.property(sample, fc.nat(), ({ type, value }, at) => {
        const codec = codecOf(new Layouts().of(type));
        const writer = new WireWriter();
        codec.write(writer, value, noHandles);
        const whole = writer.take();
        fc.pre(whole.length > 0);
        const cut = whole.slice(0, at % whole.length);
        expect(() => codec.read(new WireReader(cut), noHandles)).toThrow(RangeError);
      }),
      { numRuns: 200 },
    );
  });

  test("refuses what does not fit, and names the path", () => {
    const codec = codecOf(
      new Layouts().of({
        kind: "record",
        fields: [
          {
            name: "rows",
            type: {
              kind: "list",
              item: { kind: "tuple", items: [{ kind: "u8" }, { kind: "string" }] },
              length: undefined,
            },
          },
        ],
      }),
    );
    const value = {
      rows: [
        [1, "a"],
        [2, 3],
      ],
    };
    let misfit: unknown;
    try {
      codec.write(new WireWriter(), value, noHandles);
    } catch (thrown) {
      misfit = thrown;
    }
    expect(misfit).toBeInstanceOf(WireMisfit);
    expect((misfit as WireMisfit).misfit).toMatchObject({ path: ".rows[1][1]", value: 3 });
  });
});

everywhere(({ engine }) => {
  test("random values of random types reach the host through a guest, and come back", async () => {
    await fc.assert(
      fc.asyncProperty(samples, async (all) => {
        const types = all.map(({ type }) => type);
        const host = echoHost(types);
        const instance = await start(engine, fromText(passing(types, "utf8")), {
          [HOST]: host.functions,
        });
        for (const { key, params, result } of echoFunctions(types)) {
          if (params.length > 1) continue;
          const { values } = all[types.indexOf(params[0]!)]!;
          for (const value of values.slice(0, 3)) {
            const expected = canonical(result, value);
            const actual = await outcome(result, () => fn(instance, key)(value));
            if (!isDeepStrictEqual(actual, expected)) expect(actual).toStrictEqual(expected);
          }
        }
        instance[Symbol.dispose]();
      }),
      { numRuns: 3 },
    );
  });

  test("values of another realm are what they are, in arguments and in answers", async () => {
    await fc.assert(
      fc.asyncProperty(samples, async (all) => {
        const types = all.map(({ type }) => type);
        const instance = await start(engine, fromText(passing(types, "utf8")), {
          [HOST]: foreignAnswers(echoHost(types).functions),
        });
        for (const { key, params, result } of echoFunctions(types)) {
          if (params.length > 1) continue;
          const { values } = all[types.indexOf(params[0]!)]!;
          for (const value of values.slice(0, 3)) {
            const expected = canonical(result, value);
            const actual = await outcome(result, () => fn(instance, key)(foreign(value)));
            if (!isDeepStrictEqual(actual, expected)) expect(actual).toStrictEqual(expected);
          }
        }
        instance[Symbol.dispose]();
      }),
      { numRuns: 3 },
    );
  });

  const echoing = (echo: (bytes: Uint8Array) => unknown) =>
    start(engine, fromText(passing([BYTES], "utf8")), {
      [HOST]: { [echoFunctions([BYTES])[0]!.key]: echo },
    });
  const echoKey = echoFunctions([BYTES])[0]!.key;

  test("answers longer than 64 KiB come whole, and what came before is not changed", async () => {
    const instance = await echoing((bytes) => bytes);
    const kept: Uint8Array[] = [];
    for (const size of [20_000, 100_000, 600_000, 20_000, 100_000]) {
      const bytes = new Uint8Array(size).fill(kept.length);
      kept.push((await fn(instance, echoKey)(bytes)) as Uint8Array);
    }
    expect(kept.map((bytes) => bytes.length)).toEqual([20_000, 100_000, 600_000, 20_000, 100_000]);
    for (const [nth, bytes] of kept.entries()) {
      expect(bytes.every((one) => one === nth)).toBe(true);
    }
  });

  test("an answer of the host's that is too long ends the call, and nobody else's", async () => {
    const other = await echoing((bytes) => bytes);
    const instance = await echoing(() => new Uint8Array(65 * 1024 * 1024));
    await failure("component-trap", () => fn(instance, echoKey)(new Uint8Array(1)));
    expect(await fn(other, echoKey)(new Uint8Array(3))).toEqual(new Uint8Array(3));
  });

  test("a string with lone surrogates reaches the guest as one with replacements", async () => {
    const heard: string[] = [];
    const instance = await start(engine, echoComponent(STRING), {
      [HOST]: {
        echo: (text: string) => {
          heard.push(text);
          return "\udc00".repeat(100) + text;
        },
      },
    });
    const text = `${"a".repeat(500)}\ud800${"é".repeat(500)}`;
    const answer = await fn(instance, "echo")(text);
    expect(heard).toEqual([text.toWellFormed()]);
    expect(answer).toBe("\ufffd".repeat(100) + text.toWellFormed());
  });

  test("an argument and an answer that do not fit are named by their path", async () => {
    const instance = await start(engine, echoComponent(STRING), { [HOST]: { echo: () => 3 } });
    const argument = await failure("component-type", () => fn(instance, "echo")(7));
    expect(argument.message).toContain("argument");
    const result = await failure("component-trap", () => fn(instance, "echo")("x"));
    expect(String((result.cause as Error | undefined)?.message ?? result.message)).toMatch(
      /string/,
    );
  });

  const revoked = (): unknown => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  };
  test.for<[string, () => unknown]>([
    ["null", () => null],
    ["nothing", () => undefined],
    ["a number", () => 7],
    ["a symbol", () => Symbol("odd")],
    ["an object without a prototype", () => Object.create(null)],
    ["a proxy that answers nothing", revoked],
    [
      "an error whose payload throws",
      () =>
        Object.defineProperty(new Error("odd"), "payload", {
          get() {
            throw new Error("no payload");
          },
        }),
    ],
    [
      "an err for a function that has none",
      () => Object.assign(new Error("err"), { payload: { tag: "odd" } }),
    ],
  ])("a host function that throws %s ends the call, and nobody else's", async ([, thrown]) => {
    const instance = await start(engine, echoComponent(STRING), {
      [HOST]: {
        echo() {
          throw thrown();
        },
      },
    });
    const other = await start(engine, echoComponent(STRING), {
      [HOST]: { echo: (text: string) => text },
    });
    await failure("component-trap", () => fn(instance, "echo")("x"));
    await failure("component-poisoned", () => fn(instance, "echo")("x"));
    expect(await fn(other, "echo")("fine")).toBe("fine");
  });
});
