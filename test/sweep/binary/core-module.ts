import { Bytes } from "../../bytes.ts";

export const I32 = 0x7f;
export const I64 = 0x7e;
export const F32 = 0x7d;
export const F64 = 0x7c;
export const V128 = 0x7b;
export const FUNCREF = 0x70;
export const EXTERNREF = 0x6f;

const FUNC = 0;

// Most sections are vectors: a count, then the entries.
interface Vector {
  count: number;
  readonly bytes: Bytes;
}

const vector = (): Vector => ({ count: 0, bytes: new Bytes() });

/**
 * A core module in the making. Indices are handed out as things are added; imports of functions
 * come before functions of its own.
 */
export class CoreModule {
  readonly #sections: ReadonlyMap<number, Vector> = new Map(
    [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13].map((id) => [id, vector()]),
  );
  readonly #types: Map<string, number> = new Map();
  readonly #front: Bytes = new Bytes();
  readonly #back: Bytes = new Bytes();
  #functions = 0;
  #start: number | undefined;
  #dataCount = false;

  /**
   * Adds to a section what has no method of its own; answers its index among the section's entries.
   */
  add(section: number, ...entry: readonly number[]): number {
    const { bytes } = this.#sections.get(section)!;
    bytes.op(...entry);
    return this.#sections.get(section)!.count++;
  }

  /** `count` entries of a section that are all the same. */
  addMany(section: number, count: number, ...entry: readonly number[]): void {
    const vector = this.#sections.get(section)!;
    vector.bytes.times(count, ...entry);
    vector.count += count;
  }

  /** The section's bytes, for entries that are written piece by piece: one more of them. */
  entry(section: number): Bytes {
    const vector = this.#sections.get(section)!;
    vector.count++;
    return vector.bytes;
  }

  /** A function type; the same one twice is one. */
  type(parameters: readonly number[], results: readonly number[]): number {
    const key = `${parameters}:${results}`;
    let index = this.#types.get(key);
    if (index === undefined) {
      index = this.#sections.get(1)!.count;
      this.#types.set(key, index);
      this.entry(1)
        .op(0x60)
        .unsigned(parameters.length)
        .op(...parameters)
        .unsigned(results.length)
        .op(...results);
    }
    return index;
  }

  importFunction(module: string, name: string, type: number): number {
    this.entry(2).name(module).name(name).op(FUNC).unsigned(type);
    return this.#functions++;
  }

  /** `locals`: how many of which type. `code` without the last `end`. */
  function(type: number, code: Bytes, ...locals: readonly (readonly [number, number])[]): number {
    this.entry(3).unsigned(type);
    const body = new Bytes().unsigned(locals.length);
    for (const [count, of] of locals) body.unsigned(count).op(of);
    body.raw(code.view()).op(0x0b);
    this.entry(10).sized(body);
    return this.#functions++;
  }

  /** `count` functions were added to the sections by hand. */
  skipFunctions(count: number): void {
    this.#functions += count;
  }

  /** The index that the next function gets. */
  get nextFunction(): number {
    return this.#functions;
  }

  table(initial: number, element: number = FUNCREF): number {
    const index = this.#sections.get(4)!.count;
    this.entry(4).op(element, 0x00).unsigned(initial);
    return index;
  }

  memory(pages: number): number {
    const index = this.#sections.get(5)!.count;
    this.entry(5).op(0x00).unsigned(pages);
    return index;
  }

  /** Mutable, of 32 bits. */
  global(): number {
    return this.add(6, I32, 0x01, 0x41, 0x00, 0x0b);
  }

  /** Functions into the first table, from its start. */
  elements(functions: readonly number[]): void {
    const entry = this.entry(9).op(0x00, 0x41, 0x00, 0x0b).unsigned(functions.length);
    for (const index of functions) entry.unsigned(index);
  }

  /** Functions whose reference may be taken. */
  declare(index: number): void {
    this.entry(9).op(0x03, 0x00, 0x01).unsigned(index);
  }

  export(name: string, func: number): void {
    this.entry(7).name(name).op(FUNC).unsigned(func);
  }

  start(func: number): void {
    this.#start = func;
  }

  /** Instructions name data segments: the number of them is said before the code. */
  countData(): void {
    this.#dataCount = true;
  }

  custom(name: string, content: Uint8Array, where: "front" | "back" = "back"): void {
    const section = new Bytes().name(name).raw(content);
    (where === "front" ? this.#front : this.#back).section(0, section);
  }

  finish(): Uint8Array<ArrayBuffer> {
    const out = new Bytes().op(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
    out.raw(this.#front.view());
    for (const id of [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11]) {
      if (id === 8) {
        if (this.#start !== undefined) out.section(8, new Bytes().unsigned(this.#start));
      } else if (id === 12) {
        const segments = this.#sections.get(11)!.count;
        if (this.#dataCount) out.section(12, new Bytes().unsigned(segments));
      } else {
        const { count, bytes } = this.#sections.get(id)!;
        if (count > 0) out.section(id, new Bytes().unsigned(count).raw(bytes.view()));
      }
    }
    return out.raw(this.#back.view()).finish();
  }
}
