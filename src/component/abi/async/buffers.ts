// CanonicalABI.md, "Buffer State".
import type { CoreFunction } from "../call-site.ts";
import type { LiftLowerContext } from "../context.ts";
import { SHIFTS, type View } from "../layout.ts";
import type { ComponentInstance } from "../store.ts";
import { trap, trapped } from "../trap.ts";
import { NUMBER_ARRAYS } from "../values/scalars.ts";

/** CanonicalABI.md, `Buffer.MAX_LENGTH`. */
const MAX_LENGTH = 2 ** 28 - 1;

/** The elements that a built-in reads or writes. Made by AsyncFunctions (`link/async-functions.ts`). */
export interface Elements {
  readonly cx: LiftLowerContext;
  /** The number of their type among those of the plan. */
  readonly payload: number;
  /** Undefined: they carry nothing. */
  readonly size: number | undefined;
  readonly align: number;
  /** Set for numbers, which are copied from memory to memory. */
  readonly numeric: View | undefined;
  /** See Route.items: the function for values that the host, or that a guest has or gets. */
  codec(host: boolean): CoreFunction;
  /** Whether a host's value is of the type. */
  fits(value: unknown): boolean;
}

/** Memory of a guest that elements are copied from or to. */
export class GuestBuffer {
  readonly inst: ComponentInstance;
  readonly #elements: Elements;
  #pointer: number;
  readonly length: number;
  progress = 0;

  constructor(elements: Elements, pointer: number, length: number) {
    const { cx, size, align } = elements;
    if (length > MAX_LENGTH) trap("list-too-long", `a buffer of ${length} elements`);
    if (size !== undefined && length > 0) {
      cx.fresh();
      if ((pointer & (align - 1)) !== 0) trap("unaligned-pointer", "buffer pointer not aligned");
      if (pointer + length * size > cx.u8.length) {
        trap("pointer-out-of-bounds", "buffer pointer/length out of bounds of memory");
      }
    }
    this.inst = cx.inst;
    this.#elements = elements;
    this.#pointer = pointer;
    this.length = length;
  }

  get remain(): number {
    return this.length - this.progress;
  }

  /** Whether elements may go from one end to another of the same instance. */
  get plain(): boolean {
    return this.#elements.size === undefined || this.#elements.numeric !== undefined;
  }

  /** Moves the next `n` elements into the memory of `to`. */
  copyTo(to: GuestBuffer, n: number): void {
    const { cx, size, numeric } = this.#elements;
    const target = to.#elements;
    if (size !== undefined) {
      if (numeric !== undefined) {
        cx.fresh();
        target.cx.fresh();
        const bytes = cx.u8.subarray(this.#pointer, this.#pointer + n * size);
        target.cx.u8.set(bytes, to.#pointer);
      } else {
        target.codec(false)(this.#elements.codec(false)(this.#pointer, n), to.#pointer);
      }
    }
    this.#advance(n);
    to.#advance(n);
  }

  /** Takes the next `n` elements for the host: numbers as a typed array. */
  read(n: number): ArrayLike<unknown> {
    const { cx, size, numeric } = this.#elements;
    const at = this.#pointer;
    this.#advance(n);
    if (size === undefined) return Array(n).fill(undefined);
    if (numeric === undefined) return this.#elements.codec(true)(at, n) as unknown[];
    cx.fresh();
    cx.budget();
    cx.spend(n * size, 0);
    const start = at >>> SHIFTS[numeric];
    return cx[numeric].slice(start, start + n) as ArrayLike<unknown>;
  }

  /** How many elements the host may take at once. */
  most(n: number): number {
    const { cx, size = 0, numeric } = this.#elements;
    if (numeric === undefined) return n;
    return Math.min(n, Math.max(1, Math.floor(cx.store.limits.liftedBytes / size)));
  }

  /** Stores elements of the host. Traps where one is not of the type. */
  write(values: ArrayLike<unknown>): void {
    const { cx, size, numeric } = this.#elements;
    const at = this.#pointer;
    const n = values.length;
    this.#advance(n);
    if (size === undefined || n === 0) return;
    if (numeric !== undefined && isNumbers(numeric, values)) {
      cx.fresh();
      (cx[numeric] as Uint8Array).set(values as Uint8Array, at >>> SHIFTS[numeric]);
      return;
    }
    for (let index = 0; index < n; index++) {
      if (!this.#elements.fits(values[index])) {
        throw trapped("host-result", "the host put a wrong value into a stream or future");
      }
    }
    if (numeric === undefined) {
      this.#elements.codec(true)(Array.from(values), at);
      return;
    }
    cx.fresh();
    (cx[numeric] as Uint8Array).set(values as ArrayLike<number>, at >>> SHIFTS[numeric]);
  }

  #advance(n: number): void {
    this.progress += n;
    this.#pointer += n * (this.#elements.size ?? 0);
  }
}

/** Whether it is the typed array of its kind. */
export function isNumbers(view: View, values: unknown): boolean {
  return values instanceof NUMBER_ARRAYS[view] && ArrayBuffer.isView(values);
}

/** Where the host gets elements, at most `length`. */
export class HostBuffer {
  readonly inst = undefined;
  readonly length: number;
  readonly plain = true;
  chunks: ArrayLike<unknown>[] = [];
  progress = 0;

  constructor(length: number) {
    this.length = length;
  }

  get remain(): number {
    return this.length - this.progress;
  }

  add(values: ArrayLike<unknown>): void {
    this.chunks.push(values);
    this.progress += values.length;
  }
}

export type Target = GuestBuffer | HostBuffer;

/** Moves as many elements as both have room for. */
export function transfer(from: GuestBuffer, to: Target): void {
  const n = Math.min(from.remain, to.remain);
  if (to instanceof GuestBuffer) from.copyTo(to, n);
  else to.add(from.read(from.most(n)));
}

/** Puts what the host has into a buffer. */
export function fill(to: Target, values: ArrayLike<unknown>): void {
  if (to instanceof GuestBuffer) to.write(values);
  else to.add(values);
}
