import { malformed } from "../faults.ts";
import { refusedFeature, unknownCode } from "./faults.ts";
import type { WasmFeature } from "./features.ts";

/**
 * A cursor over core modules in a component. It refuses types of proposals that are not allowed.
 * Offsets count from the component's start. It builds nothing from the bytes that it passes.
 */
export class ModuleCursor {
  protected readonly bytes: Uint8Array;
  protected readonly allowed: ReadonlySet<WasmFeature>;
  protected at = 0;
  protected end = 0;

  constructor(bytes: Uint8Array, allowed: ReadonlySet<WasmFeature>) {
    this.bytes = bytes;
    this.allowed = allowed;
  }

  protected byte(): number {
    if (this.at >= this.end) throw this.cut();
    return this.bytes[this.at++]!;
  }

  protected u32(): number {
    let byte = this.byte();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let shift = 7; ; shift += 7) {
      byte = this.byte();
      if (shift === 28) {
        if (byte > 0x0f) throw malformed(this.at - 1, "integer too large");
        return (value | (byte << 28)) >>> 0;
      }
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  /** With the precision of a number: a value above every cap need not be exact. */
  protected u64(): number {
    let value = 0;
    let scale = 1;
    for (let length = 0; length < 10; length++) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw malformed(this.at - 1, "integer too large");
  }

  /** Skips an integer of either sign and any width; WebAssembly checks it. */
  protected leb(): void {
    while (this.byte() >= 0x80);
  }

  protected skip(length: number): void {
    if (length > this.end - this.at) throw this.cut();
    this.at += length;
  }

  /** The length of a vector whose elements take at least a byte each. */
  protected count(): number {
    const count = this.u32();
    if (count > this.end - this.at) throw this.cut();
    return count;
  }

  protected valueType(): void {
    const start = this.at;
    const byte = this.byte();
    if (byte >= 0x7c && byte <= 0x7f) return;
    if (byte === 0x7b) return this.need("simd", "v128", start);
    if (byte === 0x63 || byte === 0x64) {
      this.need("function-references", "a typed reference", start);
      return this.heapType();
    }
    this.#heap(byte, start);
  }

  /** A heap type, as it follows `ref`, ref.null and casts: a known one, or the index of a type. */
  protected heapType(): void {
    const start = this.at;
    const byte = this.byte();
    if (byte >= 0x40 && byte < 0x80) return this.#heap(byte, start);
    if (byte >= 0x80) this.leb();
  }

  #heap(byte: number, start: number): void {
    switch (byte) {
      case 0x70:
        return this.need("reference-types", "funcref", start);
      case 0x6f:
        return this.need("reference-types", "externref", start);
      case 0x69:
      case 0x74:
        return this.need("exceptions", "exnref", start);
      case 0x68:
      case 0x75:
        return this.need("stack-switching", "a continuation's type", start);
      case 0x6a:
      case 0x6b:
      case 0x6c:
      case 0x6d:
      case 0x6e:
      case 0x71:
      case 0x72:
      case 0x73:
        return this.need("gc", HEAPS[byte]!, start);
      default:
        throw unknownCode(`the type 0x${byte.toString(16)}`, start);
    }
  }

  protected need(feature: WasmFeature, what: string, offset: number): void {
    if (!this.allowed.has(feature)) throw refusedFeature(feature, what, offset);
  }

  protected cut(): Error {
    return malformed(Math.min(this.at, this.end), "unexpected end of a core module");
  }
}

const HEAPS: Readonly<Record<number, string>> = {
  0x6a: "arrayref",
  0x6b: "structref",
  0x6c: "i31ref",
  0x6d: "eqref",
  0x6e: "anyref",
  0x71: "nullref",
  0x72: "nullexternref",
  0x73: "nullfuncref",
};
