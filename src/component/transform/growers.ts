// Functions that stand in for `memory.grow` and `table.grow`, and ask entry 2 of the table of
// interruptFunction (check-code.ts). So what memories and tables hold in all, exported or not, is known at
// any moment. A memory grows first and is asked for then: its pages cost nothing until the guest uses them, and
// a guest that may not have them is stopped before. A table costs at once, so it is asked for first, and given
// back if it cannot grow.
import { leb } from "./bytes.ts";
import type { GrowPlace } from "./instruction-visitor.ts";

/** Of a table, as the binary has it. */
export interface TableForm {
  /** The type of its elements. */
  readonly element: Uint8Array;
  /** Whether it is indexed with 64 bits. */
  readonly wide: boolean;
}

export interface GrowerIndices {
  /** Of the first function and of the first type that are added here. */
  readonly func: number;
  readonly type: number;
  /** The function type of no parameters and an i32. */
  readonly answers: number;
  /** Of the table that is asked. */
  readonly table: number;
}

/**
 * What a grower asks for, in bytes of memory or elements of a table, and of which of the two. The
 * answers are those of interruptFunction, and 3 if a table is not to grow. A grower that was told
 * to wait asks again.
 */
const ASKS: readonly number[] = [0x60, 2, 0x7c, 0x7f, 1, 0x7f];

const PAGE = 65_536;
const [I32, I64] = [0x7f, 0x7e] as const;

export class Growers {
  readonly #indices: GrowerIndices;
  readonly #places: readonly GrowPlace[];
  readonly #byPlace: ReadonlyMap<string, number>;
  readonly #isWide: (memory: number) => boolean;
  readonly #tables: readonly TableForm[];

  /** `places`: one for each memory and table that the module grows. */
  constructor(
    places: readonly GrowPlace[],
    indices: GrowerIndices,
    isWide: (memory: number) => boolean,
    tables: readonly TableForm[],
  ) {
    this.#indices = indices;
    this.#places = places;
    this.#byPlace = new Map(places.map((place, nth) => [keyOf(place), indices.func + nth]));
    this.#isWide = isWide;
    this.#tables = tables;
  }

  /** The index of the function that takes the place of the instruction. */
  readonly of = (place: GrowPlace): number => this.#byPlace.get(keyOf(place))!;

  /** The functions that are added, in order. */
  get types(): readonly (readonly number[])[] {
    if (this.#places.length === 0) return [];
    return [
      ASKS,
      ...this.#places.map((place) => {
        const { number, element } = this.#form(place);
        const params = [...element, number];
        return [0x60, element.length === 0 ? 1 : 2, ...params, 1, number];
      }),
    ];
  }

  /** The types of the functions that are to be added, in order. */
  get functions(): readonly (readonly number[])[] {
    return this.#places.map((_, nth) => leb(this.#indices.type + 1 + nth));
  }

  get bodies(): readonly (readonly number[])[] {
    return this.#places.map((place) => this.#body(place));
  }

  /** What its operands are: a reference for a table, and a number. */
  #form({ space, index }: GrowPlace): { readonly number: number; readonly element: Uint8Array } {
    if (space === "memory") {
      return { number: this.#isWide(index) ? I64 : I32, element: new Uint8Array() };
    }
    const { element, wide } = this.#tables[index]!;
    return { number: wide ? I64 : I32, element };
  }

  #body(place: GrowPlace): number[] {
    const { number, element } = this.#form(place);
    const table = place.space === "table";
    const count = element.length === 0 ? 0 : 1; // which parameter says by how much
    const wide = number === I64;
    const old = count + 1;
    const minusOne = [wide ? 0x42 : 0x41, 0x7f];
    const amount = [
      [0x20, count, wide ? 0xba : 0xb8], // f64.convert_i64_u, f64.convert_i32_u
      table ? [] : [0x44, ...f64(PAGE), 0xa2], // f64.mul
    ].flat();
    const grow = table
      ? [0x20, 0, 0x20, count, 0xfc, 15, ...leb(place.index)]
      : [0x20, count, 0x40, ...leb(place.index)];
    const grown = [...grow, 0x22, old, ...minusOne, wide ? 0x51 : 0x46]; // (old = grow()) == -1
    return [
      [2, 1, number, 1, I32],
      table
        ? [
            this.#asked([...amount, 0x41, 1], count + 2, [...minusOne, 0x0f]),
            [...grown, 0x04, 0x40, ...amount, 0x9a, 0x41, 1, ...this.#ask(), 0x1a, 0x0b], // ask(-amount)
          ].flat()
        : [...grown, 0x45, 0x04, 0x40, ...this.#asked([...amount, 0x41, 0], count + 2, []), 0x0b],
      [0x20, old, 0x0b],
    ].flat();
  }

  /** Asks until the answer is to go on; runs `refused` where it is 3. */
  #asked(what: readonly number[], answer: number, refused: readonly number[]): number[] {
    const { table, answers } = this.#indices;
    return [
      [0x03, 0x40, ...what, ...this.#ask(), 0x22, answer, 0x04, 0x40], // loop if (answer = table[2](…))
      [0x20, answer, 0x41, 1, 0x46, 0x04, 0x40, 0x00, 0x0b], // 1: unreachable
      [0x20, answer, 0x41, 3, 0x46, 0x04, 0x40, ...refused, 0x0b],
      [0x41, 1, 0x11, ...leb(answers), ...leb(table), 0x04, 0x40, 0x00, 0x0b], // table[1](): unreachable
      [0x0c, 1, 0x0b, 0x0b], // again
    ].flat();
  }

  #ask(): number[] {
    const { table, type } = this.#indices;
    return [0x41, 2, 0x11, ...leb(type), ...leb(table)];
  }
}

function keyOf({ space, index }: GrowPlace): string {
  return `${space} ${index}`;
}

function f64(value: number): Uint8Array {
  return new Uint8Array(Float64Array.of(value).buffer);
}
