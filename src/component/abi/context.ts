// CanonicalABI.md, "Lifting and Lowering Context": one memory of one instance, with the functions
// that read and write it.
import type { GuestResource } from "./resources/guest-resource.ts";
import type { View } from "./layout.ts";
import type { BorrowScope, ResourceHandle } from "./resources/handles.ts";
import { Repeats } from "./strings/repeats.ts";
import { type ComponentInstance, POISONED, type ResourceState, type Store } from "./store.ts";
import { overLimit, trap } from "./trap.ts";

/** CanonicalABI.md, MAX_STRING_BYTE_LENGTH and MAX_LIST_BYTE_LENGTH. */
export const MAX_BYTE_LENGTH: number = 2 ** 28 - 1;

export type Realloc = (old: number, oldSize: number, align: number, size: number) => number;

/**
 * Decodes bytes that may be plain ASCII; returns undefined for others. A platform with a faster way
 * than TextDecoder provides one.
 */
export type AsciiDecoder = (bytes: Uint8Array, start: number, end: number) => string | undefined;

/** Four times the longest list. Small enough to be a small integer in JavaScript engines. */
const WITHIN_BYTES = 2 ** 30 - 1;

/** The buffer of views before they are first used, and after the end. */
const NOTHING = new ArrayBuffer(0);
const EMPTY = {
  u8: new Uint8Array(NOTHING),
  s8: new Int8Array(NOTHING),
  u16: new Uint16Array(NOTHING),
  s16: new Int16Array(NOTHING),
  u32: new Uint32Array(NOTHING),
  s32: new Int32Array(NOTHING),
  u64: new BigUint64Array(NOTHING),
  s64: new BigInt64Array(NOTHING),
  f32: new Float32Array(NOTHING),
  f64: new Float64Array(NOTHING),
} as const;

/** All views that a context may need. */
export const ALL_VIEWS: readonly View[] = Object.keys(EMPTY) as View[];

export class LiftLowerContext {
  readonly inst: ComponentInstance;
  readonly store: Store;
  /** By the slots of the plan. */
  readonly resources: readonly ResourceState[];
  readonly decodeAscii: AsciiDecoder | undefined;
  readonly repeats: Repeats = new Repeats();
  readonly #views: readonly View[];
  #memory: WebAssembly.Memory | undefined;
  #realloc: Realloc | undefined;

  // Views of the whole memory, for the functions that use them. They are made when a call first
  // needs them. Growth detaches them: their length is 0 then, see `fresh`.
  u8: Uint8Array = EMPTY.u8;
  s8: Int8Array = EMPTY.s8;
  u16: Uint16Array = EMPTY.u16;
  s16: Int16Array = EMPTY.s16;
  u32: Uint32Array = EMPTY.u32;
  s32: Int32Array = EMPTY.s32;
  u64: BigUint64Array = EMPTY.u64;
  s64: BigInt64Array = EMPTY.s64;
  f32: Float32Array = EMPTY.f32;
  f64: Float64Array = EMPTY.f64;

  /**
   * The second result of storing a string or list, beside the pointer: its length as the guest gets
   * it.
   */
  n = 0;
  /** How many bytes the current lift may still take. */
  bytes = 0;
  elements = 0;
  /** What the current call has lent. */
  lent: (ResourceHandle | GuestResource)[] = [];
  /** The borrows of the task whose arguments are being lowered. */
  scope: BorrowScope | undefined = undefined;

  constructor(
    inst: ComponentInstance,
    memory: WebAssembly.Memory | undefined,
    realloc: Realloc | undefined,
    decodeAscii: AsciiDecoder | undefined,
    views: readonly View[],
  ) {
    this.inst = inst;
    this.#views = views;
    this.store = inst.store;
    this.resources = inst.store.resources;
    this.decodeAscii = decodeAscii;
    this.#memory = memory;
    this.#realloc = realloc;
    inst.store.releasables.push(this);
  }

  /** Makes the views again where the memory has grown. */
  fresh(): void {
    if (this.u8.length === 0 && this.#memory !== undefined) this.view(this.#memory.buffer);
  }

  view(buffer: ArrayBuffer): void {
    const views = this.#views;
    this.u8 = new Uint8Array(buffer);
    this.u32 = new Uint32Array(buffer);
    if (views.includes("s8")) this.s8 = new Int8Array(buffer);
    if (views.includes("u16")) this.u16 = new Uint16Array(buffer);
    if (views.includes("s16")) this.s16 = new Int16Array(buffer);
    if (views.includes("s32")) this.s32 = new Int32Array(buffer);
    if (views.includes("u64")) this.u64 = new BigUint64Array(buffer);
    if (views.includes("s64")) this.s64 = new BigInt64Array(buffer);
    if (views.includes("f32")) this.f32 = new Float32Array(buffer);
    if (views.includes("f64")) this.f64 = new Float64Array(buffer);
  }

  /** Starts the budget of a lift for the host. */
  budget(): void {
    this.bytes = this.store.limits.liftedBytes;
    this.elements = this.store.limits.liftedElements;
  }

  /**
   * Starts the budget of a lift for another instance: strings and numbers are copied from memory to
   * memory.
   */
  budgetWithin(): void {
    this.bytes = WITHIN_BYTES;
    this.elements = this.store.limits.liftedElements;
  }

  /** Takes from the budget of the current lift. */
  spend(bytes: number, elements: number): void {
    if ((this.bytes -= bytes) < 0) {
      overLimit("liftedBytes", `one call lifts more than ${this.store.limits.liftedBytes} bytes`);
    }
    if ((this.elements -= elements) < 0) {
      overLimit(
        "liftedElements",
        `one call lifts more than ${this.store.limits.liftedElements} elements`,
      );
    }
  }

  /**
   * CanonicalABI.md, `load_list_from_range`: checks a list before anything is made of it. `nodes`:
   * how many values one element becomes.
   */
  list(pointer: number, length: number, size: number, align: number, nodes: number): void {
    const bytes = length * size;
    if (bytes > MAX_BYTE_LENGTH) trap("list-too-long", `a list of ${bytes} bytes`);
    if ((pointer & (align - 1)) !== 0) trap("unaligned-pointer", "list pointer not aligned");
    if (pointer + bytes > this.u8.length) {
      trap("list-out-of-bounds", "list pointer/length out of bounds of memory");
    }
    this.spend(bytes, length * nodes);
  }

  /** CanonicalABI.md, `lift_flat_values` and `lower_flat_values`: parameters or results in memory. */
  area(pointer: number, size: number, align: number): void {
    if ((pointer & (align - 1)) !== 0) trap("unaligned-pointer", "pointer not aligned");
    if (pointer + size > this.u8.length) {
      trap("pointer-out-of-bounds", "pointer out of bounds of memory");
    }
  }

  /** CanonicalABI.md, `reallocate`. */
  reallocate(old: number, oldSize: number, align: number, size: number): number {
    const { inst } = this;
    inst.mayLeave = false;
    const pointer = this.#realloc!(old, oldSize, align, size) >>> 0;
    if (this.store.state >= POISONED) throw this.store.failure ?? this.store.ended();
    inst.mayLeave = true;
    this.fresh();
    if ((pointer & (align - 1)) !== 0) {
      trap("realloc-unaligned", "realloc return: result not aligned");
    }
    if (pointer + size > this.u8.length) {
      trap("realloc-out-of-bounds", "realloc return: beyond end of memory");
    }
    return pointer;
  }

  /** Called when the store ends. The views are empty from then on. */
  release(): void {
    this.#memory = undefined;
    this.#realloc = undefined;
    this.repeats.clear();
    this.view(NOTHING);
  }
}
