// Reading the parts of instructions.
import { malformed } from "../faults.ts";

/** A cursor over a function's code. Throws `component-malformed` where it is cut off. */
export class CodeCursor {
  protected readonly bytes: Uint8Array;
  /** The module's place in its component. */
  protected readonly offset: number;
  protected at = 0;
  protected end = 0;

  constructor(bytes: Uint8Array, offset: number) {
    this.bytes = bytes;
    this.offset = offset;
  }

  /** Empty, a value type or a type's index: all are LEB128s, but for references with a heap type. */
  protected blockType(): void {
    this.valueType();
  }

  protected valueType(): void {
    const byte = this.bytes[this.at];
    if (byte === 0x63 || byte === 0x64) {
      this.at++;
      this.heapType();
    } else this.leb();
  }

  protected heapType(): void {
    if (this.bytes[this.at] === 0x65) this.at++; // shared
    if (this.bytes[this.at] === 0x62) this.at++; // exact
    this.leb();
  }

  protected byte(): number {
    if (this.at >= this.end) throw this.cut();
    return this.bytes[this.at++]!;
  }

  protected skip(length: number): void {
    this.at += length;
  }

  protected lebs(count: number): void {
    for (let left = count; left > 0; left--) this.leb();
  }

  /** Of either sign and any width: WebAssembly checks it. */
  protected leb(): void {
    while (this.byte() >= 0x80);
  }

  protected u32(): number {
    let byte = this.byte();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let shift = 7; shift <= 28; shift += 7) {
      byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw malformed(this.offset + this.at, "integer too large");
  }

  protected cut(): Error {
    return malformed(this.offset + this.at, "unexpected end of a function");
  }
}
