import { limit, unsupported } from "../faults.ts";
import { readCoreValueType } from "../decode/core-types.ts";
import { concatenate, leb } from "../transform/bytes.ts";
import { replaceSections } from "../decode/replaced-sections.ts";
import { skipConstant } from "../decode/constants.ts";
import type { Reader } from "../decode/reader.ts";

/** The most that each memory and table of a core module may grow to. */
export interface Growth {
  /** Bytes of each memory. */
  readonly memoryBytes: number;
  readonly tableElements: number;
}

/**
 * Writes caps into the memories and tables that a core module defines: growth past them then
 * returns -1. Returns the same bytes where nothing changes. Imported memories and tables are capped
 * where they are defined. Throws `component-limit` where one starts above its cap, and
 * `component-unsupported` for a shared one. `offset` is the module's place in its component.
 */
export function capGrowth(module: Uint8Array, growth: Growth, offset: number): Uint8Array {
  return replaceSections(module, (id, section) => {
    if (id !== 4 && id !== 5) return undefined;
    const capped = new SectionCapper(section, growth, offset).run(id === 4);
    return capped && [Uint8Array.of(id, ...leb(capped.length)), capped];
  });
}

class SectionCapper {
  readonly #reader: Reader;
  readonly #growth: Growth;
  readonly #offset: number;
  readonly #parts: Uint8Array[] = [];
  /** Up to here the section has been copied to `#parts`. */
  #copied: number;

  constructor(reader: Reader, growth: Growth, offset: number) {
    this.#reader = reader;
    this.#growth = growth;
    this.#offset = offset;
    this.#copied = reader.at;
  }

  /** Undefined where nothing changes. */
  run(tables: boolean): Uint8Array | undefined {
    const reader = this.#reader;
    for (let count = reader.count(); count > 0; count--) {
      const initialised = tables && reader.peek() === 0x40;
      if (initialised) reader.skip(2);
      if (tables) readCoreValueType(reader);
      this.#limits(tables);
      if (initialised) skipConstant(reader);
    }
    if (this.#parts.length === 0) return undefined;
    this.#copyTo(reader.end);
    return concatenate(this.#parts);
  }

  #limits(table: boolean): void {
    const reader = this.#reader;
    const start = reader.at;
    const flags = reader.u8();
    // Another thread could change shared memory after it was checked.
    if (flags & 0x02) throw unsupported(this.#offset + start, "shared memory");
    const [initial, maximum] = [reader.u64(), flags & 0x01 ? reader.u64() : undefined];
    const end = reader.at;
    const pageSizeLog2 = table ? 0 : flags & 0x08 ? reader.u32() : 16;
    const units = table ? this.#growth.tableElements : this.#growth.memoryBytes / 2 ** pageSizeLog2;
    const cap = BigInt(Math.floor(units));
    if (initial > cap) {
      throw limit(
        this.#offset + start,
        table
          ? `a table starts with ${initial} elements and may have ${cap}`
          : `a memory starts with ${initial * 2n ** BigInt(pageSizeLog2)} bytes and may have ${this.#growth.memoryBytes}`,
        table ? "tableElements" : "memoryBytes",
      );
    }
    if (maximum !== undefined && maximum <= cap) return;
    this.#copyTo(start);
    this.#parts.push(Uint8Array.of(flags | 0x01, ...leb(initial), ...leb(cap)));
    this.#copied = end;
  }

  #copyTo(end: number): void {
    this.#parts.push(this.#reader.bytes.subarray(this.#copied, end));
    this.#copied = end;
  }
}
