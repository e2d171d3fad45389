// What the error of a crash tells of the guest: its last words, its stack, the shape of what it was given.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import "../../seed.ts";
import { readableName } from "../../../src/component/abi/function-names.ts";
import { wasmStack } from "../../../src/component/abi/wasm-stack.ts";
import { LastWords } from "../../../src/plugin/calls/last-words.ts";
import { shapeOf } from "../../../src/plugin/calls/shape.ts";
import { isHarmless } from "../../../src/visible-text.ts";

describe("the last words", () => {
  const said = (...lines: readonly string[]): string | undefined => {
    const words = new LastWords();
    for (const line of lines) words.add(line);
    return words.text;
  };

  test("are what was said last, in order", () => {
    expect(said()).toBeUndefined();
    expect(said("one", "two\nthree")).toBe("one\ntwo\nthree");
  });

  test("are at most 4 KiB, and the end of what was said", () => {
    const line = fc.string({ unit: "binary", maxLength: 600 });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.string({ maxLength: 20 }), (lines, last) => {
        const text = said(...lines, last) ?? "";
        expect(text.length).toBeLessThanOrEqual(4_096);
        expect(
          text
            .split("\n")
            .every((each) => isHarmless(each.replaceAll("\t", "").replace(/\r$/u, ""))),
        ).toBe(true);
        if (isHarmless(last)) expect(text.endsWith(last)).toBe(true);
      }),
    );
  });

  test("begin with a whole character where the oldest are overwritten", () => {
    for (const size of [4_090, 4_091, 4_092, 4_093, 4_094, 4_095, 9_000]) {
      expect(said("€".repeat(size), "end")).toMatch(/^€+\nend$/u);
    }
  });
});

describe("the shape of an argument", () => {
  test("has types and sizes", () => {
    class Document {}
    expect(shapeOf({ id: "a.b", input: "€", document: undefined })).toBe(
      "record { id: string of 3 bytes, input: string of 3 bytes, document: none }",
    );
    expect(shapeOf([{ of: new Document() }, 1])).toBe(
      "list of 2 items, the first: record { of: resource }",
    );
    expect(shapeOf(new Uint8Array(5))).toBe("list of 5 bytes");
    expect(shapeOf([1n, true])).toBe("list of 2 items, the first: bigint");
  });

  test("has nothing of what is in it, and is short", () => {
    const secret = "s3cr3t";
    const leaf = fc.oneof(fc.constant(secret), fc.constant(new TextEncoder().encode(secret)));
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: "small" }, leaf, fc.array(tie("value")), tie("record")),
      record: fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value")),
    }));
    fc.assert(
      fc.property(value, (given) => {
        expect(shapeOf(given)).not.toContain(secret);
        expect(shapeOf(given).length).toBeLessThanOrEqual(1_024);
      }),
    );
  });

  test("of a value that throws when it is looked at, is no error", () => {
    const bad = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error("no");
        },
      },
    );
    expect(shapeOf([bad])).toBe("value");
  });
});

describe("the guest's functions in a stack", () => {
  const thrown = (stack: unknown): Error => Object.assign(new Error("x"), { stack });

  test("are read from what each JavaScript engine writes", () => {
    const v8 = `RuntimeError: unreachable
    at app.wasm.std::panic (wasm://wasm/app.wasm-1f2e:wasm-function[12]:0x1a)
    at wasm://wasm/1f2e:wasm-function[3]:0x2f
    at Object.run (file:///host.js:1:2)`;
    expect(wasmStack(thrown(v8))).toEqual(["std::panic", "wasm-function[3]"]);
    const spiderMonkey = `std::panic@https://a.b/c.js line 3 > WebAssembly.Module:wasm-function[12]:0x1a
wasm-function[3]@https://a.b/c.js:wasm-function[3]:0x2f
run@https://a.b/c.js:1:2`;
    expect(wasmStack(thrown(spiderMonkey))).toEqual(["std::panic", "wasm-function[3]"]);
    const javaScriptCore = `<?>.wasm-function[std::panic]@[wasm code]
<?>.wasm-function[3]@[wasm code]
wasm-stub@[wasm code]
run@https://a.b/c.js:1:2`;
    expect(wasmStack(thrown(javaScriptCore))).toEqual(["std::panic", "wasm-function[3]"]);
  });

  test("are at most 32, each at most 200 characters, made visible", () => {
    const frame = `    at ${"\u202e".repeat(9_000)} (wasm://wasm/1f:wasm-function[1]:0x1)`;
    const found = wasmStack(thrown(`E\n${Array.from({ length: 99 }, () => frame).join("\n")}`))!;
    expect(found).toHaveLength(32);
    expect(found.every((name) => name.length <= 200 && isHarmless(name))).toBe(true);
  });

  test("are none where there is no stack, or it is no text", () => {
    for (const stack of [undefined, 5, "Error: x\n    at run (file:///a.js:1:2)"]) {
      expect(wasmStack(thrown(stack))).toBeUndefined();
    }
    expect(wasmStack("wasm-function[1]")).toBeUndefined();
  });
});

test("a mangled name of Rust's is shown as a path", () => {
  const names = {
    _ZN5upper10log_panics17hc738d6dd538453beE: "upper::log_panics",
    "_ZN56_$LT$upper..Cleanup$u20$as$u20$core..ops..drop..Drop$GT$4drop17hae277b1a6b7f7ecdE":
      "<upper::Cleanup as core::ops::drop::Drop>::drop",
    _RNvNtCsgXGp5Oqx2Ny_4core9panicking9panic_fmt: "core::panicking::panic_fmt",
    _RNvNtNtCsebHcaeoSrxy_3std9panicking11panic_count17is_zero_slow_path:
      "std::panicking::panic_count::is_zero_slow_path",
    _RNCNvNtCsebHcaeoSrxy_3std9panicking13panic_handler0B5_: "std::panicking::panic_handler",
    "upper::run::h0123456789abcdef": "upper::run",
    "tenon:plugin/commands@0.1.0#run": "tenon:plugin/commands@0.1.0#run",
    "app.wasm._ZN3app3run17hc738d6dd538453beE": "app::run",
    "app.wasm._RNvNtCsgXGp5Oqx2Ny_4core9panicking5panic": "core::panicking::panic",
    _ZN: "_ZN",
    _RNv: "_RNv",
  };
  for (const [mangled, shown] of Object.entries(names)) expect(readableName(mangled)).toBe(shown);
});

test("any name is shown, in time that is linear in its length", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      for (const name of [text, `_R${text}`, `_ZN${text}E`])
        expect(typeof readableName(name)).toBe("string");
    }),
  );
});
