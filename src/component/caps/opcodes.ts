// For each instruction: its immediates, how many operands it takes and leaves, and the proposal
// that added it. WebAssembly core specification 3.0, "Binary Format", "Instructions".
import { ALL_FEATURES, type WasmFeature } from "./features.ts";

/**
 * How an instruction is read. PLAIN instructions only move operands; CONTROL ones do more than
 * that.
 */
export const PLAIN = 0;
export const LEB = 1;
export const ACCESS = 2;
export const BYTES4 = 3;
export const BYTES8 = 4;
export const CONTROL = 5;
export const LANE = 6;
export const ACCESS_LANE = 7;
export const BYTES16 = 8;
export const TWO_LEBS = 9;
export const HEAP_TYPE = 10;
export const CAST_BRANCH = 11;
/** An unknown instruction. */
export const UNKNOWN = 12;
/** An instruction of a proposal that is not allowed. */
export const REFUSED = 13;

/** Instructions by opcode: the single byte, or the number behind a prefix. */
export class OpcodeTable {
  readonly kinds: Uint8Array;
  readonly pops: Uint8Array;
  readonly pushes: Uint8Array;
  /** 0: no feature; otherwise the feature's index plus 1. */
  readonly features: Uint8Array;
  /** See the cap functionStrain. */
  readonly strains: Uint8Array;

  constructor(size: number) {
    this.kinds = new Uint8Array(size).fill(UNKNOWN);
    this.pops = new Uint8Array(size);
    this.pushes = new Uint8Array(size);
    this.features = new Uint8Array(size);
    this.strains = new Uint8Array(size);
  }

  strain(weight: number, codes: readonly (number | readonly [number, number])[]): this {
    for (const entry of codes) {
      const [first, last] = typeof entry === "number" ? [entry, entry] : entry;
      this.strains.fill(weight, first, last + 1);
    }
    return this;
  }

  /** `codes`: single opcodes, and pairs that stand for a range. */
  add(
    kind: number,
    pops: number,
    pushes: number,
    codes: readonly (number | readonly [number, number])[],
    feature?: WasmFeature,
  ): this {
    for (const entry of codes) {
      const [first, last] = typeof entry === "number" ? [entry, entry] : entry;
      for (let code = first; code <= last; code++) {
        this.kinds[code] = kind;
        this.pops[code] = pops;
        this.pushes[code] = pushes;
        this.features[code] = feature === undefined ? 0 : ALL_FEATURES.indexOf(feature) + 1;
      }
    }
    return this;
  }

  /** A copy in which instructions of features outside of `allowed` are REFUSED. */
  allowing(allowed: ReadonlySet<WasmFeature>): OpcodeTable {
    const copy = new OpcodeTable(this.kinds.length);
    copy.pops.set(this.pops);
    copy.pushes.set(this.pushes);
    copy.features.set(this.features);
    copy.strains.set(this.strains);
    copy.kinds.set(
      this.kinds.map((kind, code) => {
        const feature = this.featureOf(code);
        return feature === undefined || allowed.has(feature) ? kind : REFUSED;
      }),
    );
    return copy;
  }

  featureOf(code: number): WasmFeature | undefined {
    return ALL_FEATURES[this.features[code]! - 1];
  }
}

export const SINGLE: OpcodeTable = new OpcodeTable(256)
  .add(CONTROL, 0, 0, [0x00, 0x0f])
  .add(PLAIN, 0, 0, [0x01])
  .add(CONTROL, 0, 0, [0x02])
  .add(CONTROL, 0, 0, [0x03])
  .add(CONTROL, 1, 0, [0x04])
  .add(CONTROL, 0, 0, [0x05])
  .add(CONTROL, 0, 0, [0x06], "legacy-exceptions")
  .add(CONTROL, 0, 0, [0x07], "legacy-exceptions")
  .add(CONTROL, 0, 0, [0x08], "exceptions")
  .add(CONTROL, 0, 0, [0x09], "legacy-exceptions")
  .add(CONTROL, 0, 0, [0x0a], "exceptions")
  .add(CONTROL, 0, 0, [0x0b])
  .add(CONTROL, 0, 0, [0x0c])
  .add(CONTROL, 1, 0, [0x0d])
  .add(CONTROL, 1, 0, [0x0e])
  .add(CONTROL, 0, 0, [0x10])
  .add(CONTROL, 1, 0, [0x11])
  .add(CONTROL, 0, 0, [0x12], "tail-call")
  .add(CONTROL, 1, 0, [0x13], "tail-call")
  .add(CONTROL, 1, 0, [0x14], "function-references")
  .add(CONTROL, 1, 0, [0x15], "tail-call")
  .add(CONTROL, 0, 0, [0x18], "legacy-exceptions")
  .add(CONTROL, 0, 0, [0x19], "legacy-exceptions")
  .add(PLAIN, 1, 0, [0x1a])
  .add(PLAIN, 3, 1, [0x1b])
  .add(CONTROL, 3, 1, [0x1c], "reference-types")
  .add(CONTROL, 0, 0, [0x1f], "exceptions")
  .add(LEB, 0, 1, [0x20, 0x23])
  .add(LEB, 1, 0, [0x21, 0x24])
  .add(LEB, 1, 1, [0x22])
  .add(CONTROL, 1, 1, [0x25], "reference-types")
  .add(CONTROL, 2, 0, [0x26], "reference-types")
  .add(ACCESS, 1, 1, [[0x28, 0x35]])
  .add(ACCESS, 2, 0, [[0x36, 0x3e]])
  .add(LEB, 0, 1, [0x3f, 0x41, 0x42])
  .add(CONTROL, 1, 1, [0x40])
  .add(BYTES4, 0, 1, [0x43])
  .add(BYTES8, 0, 1, [0x44])
  .add(PLAIN, 1, 1, [0x45, 0x50, [0x67, 0x69], [0x79, 0x7b], [0x8b, 0x91], [0x99, 0x9f]])
  .add(PLAIN, 2, 1, [
    [0x46, 0x4f],
    [0x51, 0x66],
    [0x6a, 0x78],
    [0x7c, 0x8a],
  ])
  .add(PLAIN, 2, 1, [
    [0x92, 0x98],
    [0xa0, 0xa6],
  ])
  .add(PLAIN, 1, 1, [[0xa7, 0xbf]])
  .add(PLAIN, 1, 1, [[0xc0, 0xc4]], "sign-extension")
  .add(CONTROL, 0, 1, [0xd0], "reference-types")
  .add(PLAIN, 1, 1, [0xd1], "reference-types")
  .add(LEB, 0, 1, [0xd2], "reference-types")
  .add(PLAIN, 2, 1, [0xd3], "gc")
  .add(PLAIN, 1, 1, [0xd4], "function-references")
  .add(CONTROL, 1, 1, [0xd5], "function-references")
  .add(CONTROL, 1, 0, [0xd6], "function-references")
  .add(PLAIN, 0, 0, [[0xe0, 0xe6]], "stack-switching")
  .add(CONTROL, 0, 0, [0xfb], "gc")
  .add(CONTROL, 0, 0, [0xfc])
  .add(CONTROL, 0, 0, [0xfd], "simd")
  .add(CONTROL, 0, 0, [0xfe], "threads")
  // Globals, and what takes one operand; loads and stores; shifts; divisions of 32 and of 64 bits;
  // copysign; conversions.
  .strain(1, [0x23, 0x24, 0x45, 0x50, [0x67, 0x69], [0x79, 0x7b], [0x8b, 0x91], [0x99, 0x9f]])
  .strain(1, [0xa7, 0xac, 0xad, 0xb6, [0xbb, 0xc4]])
  .strain(3, [[0x28, 0x3e]])
  .strain(6, [
    [0x74, 0x78],
    [0x86, 0x8a],
  ])
  .strain(24, [[0x6d, 0x70]])
  .strain(12, [[0x7f, 0x82], 0x98, 0xa6])
  .strain(9, [
    [0xa8, 0xab],
    [0xae, 0xb1],
  ])
  .strain(3, [
    [0xb2, 0xb5],
    [0xb7, 0xba],
  ]);

/** Instructions behind the prefix 0xFC. */
export const BULKS: OpcodeTable = new OpcodeTable(23)
  .add(PLAIN, 1, 1, [[0, 7]], "saturating-float-to-int")
  .add(TWO_LEBS, 3, 0, [8, 10, 12, 14], "bulk-memory")
  .add(LEB, 0, 0, [9, 13], "bulk-memory")
  .add(LEB, 3, 0, [11], "bulk-memory")
  .add(LEB, 2, 1, [15], "reference-types")
  .add(LEB, 0, 1, [16], "reference-types")
  .add(LEB, 3, 0, [17], "reference-types")
  .add(PLAIN, 4, 2, [19, 20], "wide-arithmetic")
  .add(PLAIN, 2, 2, [21, 22], "wide-arithmetic");

/** Instructions behind the prefix 0xFD. Gaps are unused. */
export const VECTORS: OpcodeTable = new OpcodeTable(0x114)
  .add(ACCESS, 1, 1, [[0, 10], 92, 93])
  .add(ACCESS, 2, 0, [11])
  .add(BYTES16, 0, 1, [12])
  .add(BYTES16, 2, 1, [13])
  .add(LANE, 1, 1, [21, 22, 24, 25, 27, 29, 31, 33])
  .add(LANE, 2, 1, [23, 26, 28, 30, 32, 34])
  .add(ACCESS_LANE, 2, 1, [[84, 87]])
  .add(ACCESS_LANE, 2, 0, [[88, 91]])
  .add(PLAIN, 1, 1, [[15, 20], 77, 83, [94, 100], [103, 106], 116, 117, 122, [124, 129]])
  .add(PLAIN, 1, 1, [131, 132, [135, 138], 148, 160, 161, 163, 164, [167, 170], 192, 193])
  .add(PLAIN, 1, 1, [195, 196, [199, 202], 224, 225, 227, 236, 237, 239, [248, 255]])
  .add(PLAIN, 2, 1, [14, [35, 76], [78, 81], 101, 102, [107, 115], [118, 121], 123, 130])
  .add(PLAIN, 2, 1, [133, 134, [139, 147], [149, 153], [155, 159], [171, 174], 177])
  .add(PLAIN, 2, 1, [[181, 186], [188, 191], [203, 206], 209, [213, 223], [228, 235], [240, 247]])
  .add(PLAIN, 3, 1, [82])
  .add(PLAIN, 1, 1, [[0x101, 0x104]], "relaxed-simd")
  .add(PLAIN, 2, 1, [0x100, [0x10d, 0x112]], "relaxed-simd")
  .add(PLAIN, 3, 1, [[0x105, 0x10c], 0x113], "relaxed-simd")
  .strain(3, [
    [0, 11],
    [84, 93],
  ]);

/** Instructions behind the prefix 0xFE. */
export const ATOMICS: OpcodeTable = new OpcodeTable(0x4f)
  .add(ACCESS, 2, 1, [0, [0x1e, 0x47]])
  .add(ACCESS, 3, 1, [1, 2, [0x48, 0x4e]])
  .add(LANE, 0, 0, [3])
  .add(ACCESS, 1, 1, [[0x10, 0x16]])
  .add(ACCESS, 2, 0, [[0x17, 0x1d]])
  .strain(15, [
    [0, 2],
    [0x10, 0x4e],
  ]);

/**
 * Instructions behind the prefix 0xFB. The reader (`code-scanner.ts`) counts the operands that
 * depend on a type's fields or a number of elements: struct.new (0) and array.new_fixed (8).
 */
export const AGGREGATES: OpcodeTable = new OpcodeTable(31)
  .add(LEB, 0, 1, [0, 1])
  .add(TWO_LEBS, 1, 1, [2, 3, 4])
  .add(TWO_LEBS, 2, 0, [5])
  .add(LEB, 2, 1, [6, 11, 12, 13])
  .add(LEB, 1, 1, [7])
  .add(TWO_LEBS, 0, 1, [8])
  .add(TWO_LEBS, 2, 1, [9, 10])
  .add(LEB, 3, 0, [14])
  .add(PLAIN, 1, 1, [15, [26, 30]])
  .add(LEB, 4, 0, [16])
  .add(TWO_LEBS, 5, 0, [17])
  .add(TWO_LEBS, 4, 0, [18, 19])
  .add(HEAP_TYPE, 1, 1, [[20, 23]])
  .add(CAST_BRANCH, 1, 1, [24, 25]);
