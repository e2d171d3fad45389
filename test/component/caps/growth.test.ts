import { describe, expect, it } from "vitest";
import { capGrowth } from "../../../src/component/caps/growth.ts";
import { fromText } from "../guest.ts";

const page = 65_536;

function instantiate(bytes: Uint8Array): Record<string, unknown> {
  const module = new WebAssembly.Module(bytes as BufferSource);
  return new WebAssembly.Instance(module).exports as Record<string, unknown>;
}

describe("a core module under caps", () => {
  it("grows its memories to the cap and no further", async () => {
    const module = await fromText(`(module
      (memory (export "a") 1) (memory (export "b") 1 100) (memory (export "c") 1 2)
      (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))`);
    const { a, b, c, grow } = instantiate(
      capGrowth(module, { memoryBytes: 3 * page, tableElements: 1 }, 0),
    ) as Record<"a" | "b" | "c", WebAssembly.Memory> & { grow: (pages: number) => number };
    expect(grow(3)).toBe(-1);
    expect(grow(2)).toBe(1);
    expect(a.buffer.byteLength).toBe(3 * page);
    expect(() => b.grow(3)).toThrow(RangeError);
    expect(b.grow(2)).toBe(1);
    expect(() => c.grow(2)).toThrow(RangeError);
  });

  it("grows its tables to the cap, whatever they are initialised with", async () => {
    const module = await fromText(`(module
      (func $f) (global $g i32 (i32.const 7))
      (table (export "t") 1 funcref)
      (table (export "i") 2 funcref (ref.func $f))
      (elem declare func $f))`);
    const { t, i } = instantiate(
      capGrowth(module, { memoryBytes: page, tableElements: 10 }, 0),
    ) as Record<"t" | "i", WebAssembly.Table>;
    expect(t.grow(9)).toBe(1);
    expect(() => t.grow(1)).toThrow(RangeError);
    expect(typeof i.get(1)).toBe("function");
    expect(() => i.grow(9)).toThrow(RangeError);
  });

  it("stays the very same bytes where it has nothing to cap", async () => {
    for (const text of [
      `(module (func))`,
      `(module (import "a" "m" (memory 1)))`,
      `(module (memory 1 2) (table 1 2 funcref))`,
    ]) {
      const module = await fromText(text);
      expect(capGrowth(module, { memoryBytes: 2 * page, tableElements: 2 }, 0)).toBe(module);
    }
  });

  it("keeps 64-bit memories what they are", async () => {
    const module = await fromText(`(module (memory (export "w") i64 1))`);
    const capped = capGrowth(module, { memoryBytes: 4 * page, tableElements: 1 }, 0);
    const { w } = instantiate(capped) as Record<"w", WebAssembly.Memory>;
    expect(w.buffer.byteLength).toBe(page);
  });

  it("refuses shared memory by name", async () => {
    const module = await fromText(`(module (memory 1 2 shared))`);
    expect(() => capGrowth(module, { memoryBytes: 4 * page, tableElements: 1 }, 0)).toThrow(
      expect.objectContaining({ code: "component-unsupported" }),
    );
  });

  it("is refused where it starts above the cap, the place named", async () => {
    const module = await fromText(`(module (memory 5))`);
    expect(() => capGrowth(module, { memoryBytes: 4 * page, tableElements: 1 }, 100)).toThrow(
      expect.objectContaining({
        code: "component-limit",
        data: { offset: 111, limit: "memoryBytes" },
      }),
    );
  });
});
