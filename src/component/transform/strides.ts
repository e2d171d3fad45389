// Functions that stand in for `memory.fill`, `memory.copy`, `table.fill` and `table.copy` where these are long.
// Filling 64 MiB for the first time takes 30 ms, copying a million functions 40, and nothing can interrupt an
// instruction: so it is done in strides, with a check after each. What is out of bounds is left to the
// instruction itself, which traps before it writes.
import { leb, sleb } from "./bytes.ts";
import type { CheckCode } from "./check-code.ts";
import type { TableForm } from "./growers.ts";
import type { StridePlace } from "./instruction-visitor.ts";

/**
 * How long a stride is, in bytes or elements: some 0.5 ms where memory is used for the first time or elements
 * are functions, much less otherwise. `weighed`: what it counts for where checks are counted.
 */
const STRIDES = {
  memory: { length: 1 << 20, weighed: 1 << 22 },
  table: { length: 1 << 14, weighed: 1 << 20 },
} as const;

/** The instructions for addresses and lengths of 32 and of 64 bits. */
const NARROW = { type: 0x7f, const: 0x41, add: 0x6a, sub: 0x6b, atMost: 0x4d };
const WIDE = { type: 0x7e, const: 0x42, add: 0x7c, sub: 0x7d, atMost: 0x58 };

type NumberForm = typeof NARROW;

/** The parameters: where to, what is filled in or where from, and how much. */
const [TO, FROM, LENGTH] = [0, 1, 2] as const;
const [GET_TO, GET_FROM, GET_LENGTH] = [
  [0x20, TO],
  [0x20, FROM],
  [0x20, LENGTH],
] as const;

const EXTEND = 0xad; // i64.extend_i32_u
const WRAP = 0xa7; // i32.wrap_i64

/** Indices of a function and of its type. */
export interface StrideIndices {
  readonly func: number;
  readonly type: number;
}

/** The memories and tables of a module. */
export interface StrideSpaces {
  readonly isWide: (memory: number) => boolean;
  readonly tables: readonly TableForm[];
}

export class Strides {
  readonly #places: readonly StridePlace[];
  readonly #indices: StrideIndices;
  readonly #byPlace: ReadonlyMap<string, number>;
  readonly #spaces: StrideSpaces;
  readonly #interrupt: number;

  /** `places`: each instruction once for the memories or tables that it works on. */
  constructor(
    places: readonly StridePlace[],
    indices: StrideIndices,
    spaces: StrideSpaces,
    { interrupt }: Pick<CheckCode, "interrupt">,
  ) {
    this.#places = places;
    this.#indices = indices;
    this.#byPlace = new Map(places.map((place, nth) => [keyOf(place), nth]));
    this.#spaces = spaces;
    this.#interrupt = interrupt;
  }

  /** The function that takes the place of the instruction, its type, and whether its length is of 64 bits. */
  of(place: StridePlace): StrideIndices & { readonly isWide: boolean } {
    const nth = this.#byPlace.get(keyOf(place))!;
    const { func, type } = this.#indices;
    return { func: func + nth, type: type + nth, isWide: this.#length(place) === WIDE };
  }

  /** The types that are added, in order. */
  get types(): readonly (readonly number[])[] {
    return this.#places.map((place) => {
      const value = this.#value(place);
      return [0x60, 3, this.#form(place, place.to).type, ...value, this.#length(place).type, 0];
    });
  }

  /** The types of the functions that are added, in order. */
  get functions(): readonly (readonly number[])[] {
    return this.#places.map((_, nth) => leb(this.#indices.type + nth));
  }

  get bodies(): readonly (readonly number[])[] {
    return this.#places.map((place) => this.#body(place));
  }

  /** Of addresses in a memory or table. */
  #form({ space }: StridePlace, index: number): NumberForm {
    const { isWide, tables } = this.#spaces;
    return (space === "memory" ? isWide(index) : tables[index]!.wide) ? WIDE : NARROW;
  }

  #length(place: StridePlace): NumberForm {
    const { to, from } = place;
    return this.#form(place, to) === WIDE && this.#form(place, from) === WIDE ? WIDE : NARROW;
  }

  /** The type of the parameter in the middle. */
  #value(place: StridePlace): readonly number[] {
    if (place.work === "copy") return [this.#form(place, place.from).type];
    return place.space === "memory" ? [NARROW.type] : [...this.#spaces.tables[place.to]!.element];
  }

  #body(place: StridePlace): number[] {
    const { space, work, to, from } = place;
    const isCopy = work === "copy";
    const [toForm, fromForm] = [this.#form(place, to), this.#form(place, from)];
    const form = this.#length(place);
    const instruction = instructionOf(place);
    const { length, weighed } = STRIDES[space];
    const stride = (of: NumberForm): readonly number[] => [of.const, ...sleb(length)];
    const moved = (of: NumberForm, local: number): readonly number[] => {
      return [0x20, local, ...stride(of), of.add, 0x21, local];
    };
    const forwards = [
      [...GET_TO, ...GET_FROM, ...stride(form), ...instruction],
      moved(toForm, TO),
      isCopy ? moved(fromForm, FROM) : [],
    ].flat();
    // The last stride first, from + length - stride: where the source would be overwritten from its start.
    const last = [...GET_LENGTH, form.add, ...stride(form), form.sub];
    const backwards = [...GET_TO, ...last, ...GET_FROM, ...last, ...stride(form), ...instruction];
    const isBefore = [...GET_TO, ...GET_FROM, form.atMost];
    const step =
      isCopy && to === from
        ? [...isBefore, 0x04, 0x40, ...forwards, 0x05, ...backwards, 0x0b]
        : forwards;
    const weigh = [0x10, ...leb(this.#interrupt + (space === "memory" ? 1 : 2)), 0x1a]; // call drop
    return [
      [0, 0x02, 0x40, 0x03, 0x40], // block loop
      [...GET_LENGTH, ...stride(form), form.atMost, 0x0d, 1], // br_if
      [...this.#isOut(place, to, GET_TO), 0x0d, 1],
      isCopy ? [...this.#isOut(place, from, GET_FROM), 0x0d, 1] : [],
      step,
      [...GET_LENGTH, ...stride(form), form.sub, 0x21, LENGTH],
      [NARROW.const, ...sleb(weighed), ...weigh],
      [0x0c, 0, 0x0b, 0x0b], // br end end
      [...GET_LENGTH, ...(form === WIDE ? [WRAP] : []), ...weigh],
      [...GET_TO, ...GET_FROM, ...GET_LENGTH, ...instruction, 0x0b],
    ].flat();
  }

  /** `length > size || address > size - length`, in 64 bits. */
  #isOut(place: StridePlace, index: number, address: readonly number[]): number[] {
    const wide = (form: NumberForm): number[] => (form === WIDE ? [] : [EXTEND]);
    const form = this.#form(place, index);
    const length = [...GET_LENGTH, ...wide(this.#length(place))];
    const size =
      place.space === "memory"
        ? [0x3f, ...leb(index), ...wide(form), 0x42, 16, 0x86] // memory.size << 16
        : [0xfc, 16, ...leb(index), ...wide(form)]; // table.size
    const start = [...address, ...wide(form)];
    return [...length, ...size, 0x56, ...start, ...size, ...length, 0x7d, 0x56, 0x72];
  }
}

function instructionOf({ space, work, to, from }: StridePlace): readonly number[] {
  const [fill, copy] = space === "memory" ? [11, 10] : [17, 14];
  return work === "fill" ? [0xfc, fill, ...leb(to)] : [0xfc, copy, ...leb(to), ...leb(from)];
}

function keyOf({ space, work, to, from }: StridePlace): string {
  return `${space} ${work} ${to} ${from}`;
}
