// The module of a parked stack (parked-stack.ts): a loop that calls the guest's functions, without
// JavaScript between them and the loop.
//
// `run` calls the function that was prepared, again and again, and parks while none is. For each
// function there is another one that takes its arguments and prepares it.
import type { CoreType } from "../abi/flatten.ts";
import { leb, name, rows, sleb } from "../transform/bytes.ts";

export interface CoreSignature {
  readonly params: readonly CoreType[];
  readonly result: CoreType | undefined;
}

/**
 * What the module imports from `i`, in addition to the functions, which are imported by their
 * index.
 */
export interface StackImports {
  /** Suspends until there is something to do. */
  readonly park: WebAssembly.Suspending;
  /** Called before the prepared function is called. A result other than 0: do not call it. */
  readonly begin: () => number;
  /** Called when the function has returned. */
  readonly done: (result?: unknown) => void;
}

/**
 * What it exports in addition to `run`: for each function, by its index, the one that prepares it;
 * and `end`, after which `run` returns.
 */
export const RUN = "run";
export const END = "end";

const VALUE_TYPES: Readonly<Record<CoreType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
};
const CORE_TYPES = ["i32", "i64", "f32", "f64"] as const;

/** Global 0: the index of the prepared function, or one of these. */
const NONE = [0x41, 0x7f];
const LEAVE = [0x41, 0x7e];

export function stackModule(functions: readonly CoreSignature[]): WebAssembly.Module {
  const types = new Types();
  const nothing = types.of([], undefined);
  const results = [...new Set(functions.map(({ result }) => result))];
  const places = globalPlaces(functions);
  const imports = [
    imported("park", nothing),
    imported("begin", types.of([], "i32")),
    ...results.map((result) => imported(`done ${result}`, types.of(list(result), undefined))),
    ...functions.map(({ params, result }, at) => imported(`${at}`, types.of(params, result))),
  ];
  const firstFunction = 2 + results.length;
  const doneOf = (result: CoreType | undefined): number => 2 + results.indexOf(result);
  const own = [nothing, nothing, ...functions.map(({ params }) => types.of(params, undefined))];
  const exported = [RUN, END, ...functions.map((_, at) => `${at}`)];
  const bodies = [
    body([[1, 0x7f]], runCode(functions, places, firstFunction, doneOf)),
    body([], [...LEAVE, 0x24, 0]),
    ...functions.map(({ params }, at) => body([], prepareCode(params, at, places))),
  ];
  return new WebAssembly.Module(
    rows(
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, types.all),
      section(2, imports),
      section(3, own.map(leb)),
      section(6, globals(places)),
      section(
        7,
        exported.map((one, at) => [...name(one), 0, ...leb(imports.length + at)]),
      ),
      section(10, bodies),
    ),
  );
}

function runCode(
  functions: readonly CoreSignature[],
  places: GlobalPlaces,
  firstFunction: number,
  doneOf: (result: CoreType | undefined) => number,
): number[] {
  // In `count` nested blocks, the arm of function `at` follows the end of block `at`.
  const count = functions.length;
  const arms = functions.flatMap(({ params, result }, at) => [
    0x0b,
    ...params.flatMap((type, index) => [0x23, ...leb(places.of(params, index, type))]),
    0x10,
    ...leb(firstFunction + at),
    0x10,
    ...leb(doneOf(result)),
    0x0c,
    ...leb(count - 1 - at),
  ]);
  const parts = [
    [0x03, 0x40], // loop
    [0x23, 0, 0x22, 0, 0x41, 0, 0x48, 0x04, 0x40], // nothing is prepared:
    [0x20, 0, ...LEAVE, 0x46, 0x04, 0x40, 0x0f, 0x0b], // return where it is to end
    [0x10, 0, 0x0c, 1, 0x0b], // park, and look again
    [0x10, 1, 0x04, 0x40, 0x0f, 0x0b], // begin, or return
    [...NONE, 0x24, 0],
    functions.flatMap(() => [0x02, 0x40]),
    [0x20, 0, 0x0e, ...leb(count - 1)],
    functions.flatMap((_, at) => leb(at)),
    arms,
    [0x0b],
  ];
  return parts.flat();
}

function prepareCode(params: readonly CoreType[], at: number, places: GlobalPlaces): number[] {
  const kept = params.flatMap((type, index) => [
    0x20,
    ...leb(index),
    0x24,
    ...leb(places.of(params, index, type)),
  ]);
  return [...kept, 0x41, ...sleb(at), 0x24, 0];
}

/**
 * Where arguments wait until the function is called: the nth argument of a type is in its nth
 * global.
 */
interface GlobalPlaces {
  readonly counts: Readonly<Record<CoreType, number>>;
  of(params: readonly CoreType[], index: number, type: CoreType): number;
}

function globalPlaces(functions: readonly CoreSignature[]): GlobalPlaces {
  const counts = { i32: 0, i64: 0, f32: 0, f64: 0 };
  const ofType = (params: readonly CoreType[], type: CoreType): number =>
    params.filter((one) => one === type).length;
  for (const { params } of functions) {
    for (const type of CORE_TYPES) counts[type] = Math.max(counts[type], ofType(params, type));
  }
  return {
    counts,
    of(params, index, type) {
      let first = 1;
      for (const one of CORE_TYPES.slice(0, CORE_TYPES.indexOf(type))) first += counts[one];
      return first + ofType(params.slice(0, index), type);
    },
  };
}

const ZEROS: Readonly<Record<CoreType, readonly number[]>> = {
  i32: [0x41, 0],
  i64: [0x42, 0],
  f32: [0x43, 0, 0, 0, 0],
  f64: [0x44, 0, 0, 0, 0, 0, 0, 0, 0],
};

function globals({ counts }: GlobalPlaces): number[][] {
  const ofType = (type: CoreType): number[][] =>
    Array.from({ length: counts[type] }, () => [VALUE_TYPES[type], 1, ...ZEROS[type], 0x0b]);
  return [[0x7f, 1, ...NONE, 0x0b], ...CORE_TYPES.flatMap(ofType)];
}

class Types {
  readonly #known: Map<string, number> = new Map();
  readonly all: number[][] = [];

  of(params: readonly CoreType[], result: CoreType | undefined): number {
    const key = `${params.join()} ${result}`;
    let index = this.#known.get(key);
    if (index === undefined) {
      const values = (types: readonly CoreType[]): number[] => [
        ...leb(types.length),
        ...types.map((type) => VALUE_TYPES[type]),
      ];
      index = this.all.push([0x60, ...values(params), ...values(list(result))]) - 1;
      this.#known.set(key, index);
    }
    return index;
  }
}

function list(type: CoreType | undefined): readonly CoreType[] {
  return type === undefined ? [] : [type];
}

function imported(field: string, type: number): number[] {
  return [...name("i"), ...name(field), 0, ...leb(type)];
}

function body(locals: readonly (readonly number[])[], code: readonly number[]): number[] {
  const whole = [...leb(locals.length), ...locals.flat(), ...code, 0x0b];
  return [...leb(whole.length), ...whole];
}

function section(id: number, items: readonly (readonly number[])[]): number[] {
  const whole = [...leb(items.length), ...items.flat()];
  return [id, ...leb(whole.length), ...whole];
}
