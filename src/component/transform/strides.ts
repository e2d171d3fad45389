// Functions that stand in for `memory.fill` and `memory.copy` where these are long. Filling 64 MiB for the
// first time takes 30 ms, and nothing can interrupt the instruction: so it is done in strides, with a check
// after each. What is out of bounds is left to the instruction itself, which traps before it writes.
import { leb, sleb } from "./bytes.ts";
import type { CheckCode } from "./check-code.ts";
import type { StridePlace } from "./instruction-visitor.ts";

/** Bytes of one stride: some 0.4 ms where memory is used for the first time, 0.1 ms later. */
const STRIDE = 1 << 20;

/** What a stride counts for where checks are counted, in bytes: as if its memory was new. */
const WEIGHED = 4 * STRIDE;

/** The instructions for addresses of 32 and of 64 bits. */
const NARROW = { type: 0x7f, const: 0x41, add: 0x6a, sub: 0x6b, atMost: 0x4d, above: 0x4b };
const WIDE = { type: 0x7e, const: 0x42, add: 0x7c, sub: 0x7d, atMost: 0x58, above: 0x56 };

type AddressForm = typeof NARROW;

/** The parameters: where to, the byte or where from, and how many bytes. */
const [TO, FROM, LENGTH] = [0, 1, 2] as const;
const [GET_TO, GET_FROM, GET_LENGTH] = [
  [0x20, TO],
  [0x20, FROM],
  [0x20, LENGTH],
] as const;

/** Indices of a function and of its type. */
export interface StrideIndices {
  readonly func: number;
  readonly type: number;
}

export class Strides {
  readonly #places: readonly StridePlace[];
  readonly #indices: StrideIndices;
  readonly #byPlace: ReadonlyMap<string, number>;
  readonly #isWide: (memory: number) => boolean;
  /** `(length) => length`, which checks and counts; its result is dropped. */
  readonly #weigh: readonly number[];

  /** `places`: each instruction once for the memories that it works on. */
  constructor(
    places: readonly StridePlace[],
    indices: StrideIndices,
    isWide: (memory: number) => boolean,
    { interrupt }: Pick<CheckCode, "interrupt">,
  ) {
    this.#places = places;
    this.#indices = indices;
    this.#byPlace = new Map(places.map((place, nth) => [keyOf(place), nth]));
    this.#isWide = isWide;
    this.#weigh = [0x10, ...leb(interrupt + 1), 0x1a]; // call drop
  }

  /**
   * The function that takes the place of the instruction, and its type. Undefined where it copies
   * between addresses of 32 and of 64 bits.
   */
  of(place: StridePlace): StrideIndices | undefined {
    const nth = this.#byPlace.get(keyOf(place));
    if (nth === undefined) return undefined;
    return { func: this.#indices.func + nth, type: this.#indices.type + nth };
  }

  /** The types that are added, in order. */
  get types(): readonly (readonly number[])[] {
    return this.#places.map((place) => {
      const { type } = this.#form(place);
      return [0x60, 3, type, place.kind === "fill" ? NARROW.type : type, type, 0];
    });
  }

  /** The types of the functions that are added, in order. */
  get functions(): readonly (readonly number[])[] {
    return this.#places.map((_, nth) => leb(this.#indices.type + nth));
  }

  get bodies(): readonly (readonly number[])[] {
    return this.#places.map((place) => this.#body(place));
  }

  #form({ to }: StridePlace): AddressForm {
    return this.#isWide(to) ? WIDE : NARROW;
  }

  #body(place: StridePlace): number[] {
    const form = this.#form(place);
    const { kind, to, from } = place;
    const isCopy = kind === "copy";
    const instruction = isCopy ? [0xfc, 10, ...leb(to), ...leb(from)] : [0xfc, 11, ...leb(to)];
    const stride = [form.const, ...sleb(STRIDE)];
    const forwards = [
      [...GET_TO, ...GET_FROM, ...stride, ...instruction],
      [...GET_TO, ...stride, form.add, 0x21, TO],
      isCopy ? [...GET_FROM, ...stride, form.add, 0x21, FROM] : [],
    ].flat();
    // The last stride first: from + length - STRIDE.
    const last = [...GET_LENGTH, form.add, ...stride, form.sub];
    const backwards = [...GET_TO, ...last, ...GET_FROM, ...last, ...stride, ...instruction];
    // From its end, where the source would be overwritten from its start.
    const step = [...GET_TO, ...GET_FROM, form.atMost, 0x04, 0x40, ...forwards, 0x05, ...backwards];
    return [
      [0, 0x02, 0x40, 0x03, 0x40], // block loop
      [...GET_LENGTH, ...stride, form.atMost, 0x0d, 1], // br_if
      [...isOut(form, to, GET_TO), 0x0d, 1],
      isCopy ? [...isOut(form, from, GET_FROM), 0x0d, 1, ...step, 0x0b] : forwards,
      [...GET_LENGTH, ...stride, form.sub, 0x21, LENGTH],
      [NARROW.const, ...sleb(WEIGHED), ...this.#weigh],
      [0x0c, 0, 0x0b, 0x0b], // br end end
      [...GET_LENGTH, ...(form === WIDE ? [0xa7] : []), ...this.#weigh], // i32.wrap_i64
      [...GET_TO, ...GET_FROM, ...GET_LENGTH, ...instruction, 0x0b],
    ].flat();
  }
}

/** `length > size || address > size - length`, in 64 bits. */
function isOut(form: AddressForm, memory: number, address: readonly number[]): number[] {
  const wide = form === WIDE ? [] : [0xad]; // i64.extend_i32_u
  const length = [...GET_LENGTH, ...wide];
  const size = [0x3f, ...leb(memory), ...wide, 0x42, 16, 0x86]; // memory.size << 16
  return [...length, ...size, 0x56, ...address, ...wide, ...size, ...length, 0x7d, 0x56, 0x72];
}

function keyOf({ kind, to, from }: StridePlace): string {
  return `${kind} ${to} ${from}`;
}
