import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compile } from "../../src/component/index.ts";
import { TenonError } from "../../src/index.ts";
import { capCoreModule } from "./core-limits.ts";
import { scanComponent } from "./scan.ts";
import { failure } from "../conformance/engine-expect.ts";
import { arithmetic, asking, component } from "../conformance/engine-guests.ts";

const PAGE = 65_536;

async function core(fields: string): Promise<Uint8Array<ArrayBuffer>> {
  return Uint8Array.from(await component(`(module ${fields})`));
}

async function run(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Exports> {
  return (await WebAssembly.instantiate(await WebAssembly.compile(bytes))).exports;
}

describe("scanning a component", () => {
  test("finds what the outermost component imports and exports, by exact name", async () => {
    expect(scanComponent(await asking())).toEqual({
      imports: ["acme:test/host@1.0.0"],
      exports: ["ask", "try", "swallow"],
    });
    expect(scanComponent(await arithmetic()).exports).toEqual(["acme:test/api@1.0.0"]);
  });

  test("says that a cut component is malformed, wherever it is cut", async () => {
    const whole = await arithmetic();
    for (let length = 0; length < whole.length; length++) {
      try {
        scanComponent(whole.subarray(0, length));
      } catch (error) {
        expect(error).toBeInstanceOf(TenonError);
        expect((error as TenonError).code).toBe("component-malformed");
      }
    }
  });

  test.each([
    ["in a core module's export", `(core module (func (export "a'b")))`],
    ["in a core module's import", `(core module (import "a" "b\\5cc" (func)))`],
    ["in a nested component", `(component (core module (func (export "a\`b"))))`],
    ["in a component two deep", `(component (component (core module (func (export "a\\0ab")))))`],
    ["in an import by address", `(import "relative-url=<a'];evil()//>" (func))`],
    ["of more than 4 KiB", `(core module (func (export "${"a".repeat(4097)}")))`],
    ["that is a star", `(core module (func (export "*")))`],
  ])("refuses a name that could be code: %s", async (_, fields) => {
    const bytes = await component(`(component ${fields})`);
    await failure("component-unsupported", () => scanComponent(bytes));
  });
});

describe("capping a core module", () => {
  test("a memory grows up to the cap and not past it", async () => {
    const bytes = await core(
      '(memory (export "m") 1) (func (export "f") (result i32) i32.const 7)',
    );
    const { m, f } = await run(capCoreModule(bytes, 3 * PAGE));
    const memory = m as WebAssembly.Memory;
    expect(memory.grow(2)).toBe(1);
    expect(() => memory.grow(1)).toThrow(RangeError);
    expect((f as () => number)()).toBe(7);
  });

  test("a maximum of its own that is lower stays", async () => {
    const { m } = await run(capCoreModule(await core('(memory (export "m") 1 2)'), 64 * PAGE));
    expect((m as WebAssembly.Memory).grow(1)).toBe(1);
    expect(() => (m as WebAssembly.Memory).grow(1)).toThrow(RangeError);
  });

  test("every table and memory is capped, and nothing else is touched", async () => {
    const bytes = await core(`
      (memory 1) (memory (export "second") 1)
      (table 2 funcref) (table (export "t") 3 externref)
      (global (export "g") i32 (i32.const 5))
      (data (i32.const 8) "kept")`);
    const { second, t, g } = await run(capCoreModule(bytes, 2 * PAGE));
    expect((second as WebAssembly.Memory).grow(1)).toBe(1);
    expect(() => (second as WebAssembly.Memory).grow(1)).toThrow(RangeError);
    expect((t as WebAssembly.Table).length).toBe(3);
    expect(() => (t as WebAssembly.Table).grow(1_000_000)).toThrow(RangeError);
    expect((g as WebAssembly.Global).value).toBe(5);
  });

  test("a module without either is the same bytes", async () => {
    const bytes = await core('(func (export "f"))');
    expect(capCoreModule(bytes, PAGE)).toBe(bytes);
  });

  test.each([
    ["component-limit", "(memory 3)"],
    ["component-limit", "(table 1000001 funcref)"],
    ["component-unsupported", "(memory 1 2 shared)"],
    ["component-unsupported", "(memory i64 1)"],
  ] as const)("%s for %s", async (code, fields) => {
    const bytes = await core(fields);
    await failure(code, () => capCoreModule(bytes, 2 * PAGE));
  });

  test("what toolchains make is as valid as before", async () => {
    const file = join(import.meta.dirname, "../../plugins-rs/highlight/highlight.wasm");
    const whole = Uint8Array.from(await readFile(file));
    const { coreModules } = await compile(whole);
    expect(coreModules.length).toBeGreaterThan(0);
    for (const { offset, length } of coreModules) {
      const module = whole.slice(offset, offset + length);
      expect(WebAssembly.validate(module)).toBe(true);
      expect(WebAssembly.validate(capCoreModule(module, 64 * 1024 * 1024))).toBe(true);
    }
  });
});
