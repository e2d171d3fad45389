import type { Tally } from "../caps/tally.ts";
import { invalid } from "../faults.ts";
import type { TypeExtern, ValueType } from "../types.ts";

/** Explainer.md: a value takes less than this in a 64-bit memory. */
const maximumBytes = 2 ** 28;

/** What validation wants to know about a type, found once when the type is defined. */
export interface Facts {
  readonly depth: number;
  readonly size: number;
  /** CanonicalABI.md, `elem_size` and `alignment`, with 64-bit pointers. */
  readonly bytes: number;
  readonly align: number;
  /** Whether a borrow, a list or string, or any handle is in it. */
  readonly borrow: boolean;
  readonly pointer: boolean;
  readonly handle: boolean;
  /**
   * Of a handle: the index space entry it was defined with. A type is externally visible by such
   * entries, not by what they are equal to.
   */
  readonly alias?: TypeExtern;
}

/** The facts of every type of one validation. */
export class FactTable {
  readonly #facts: Map<object, Facts> = new Map();
  readonly #tally: Tally;

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  /** Primitive types need no definition. */
  of(type: ValueType): Facts {
    return this.#facts.get(type) ?? scalars[type.kind] ?? handles;
  }

  lacks(type: ValueType): boolean {
    return !this.#facts.has(type) && !(type.kind in scalars);
  }

  /** How deep an instance, component or function type is. */
  depth(type: object): number {
    return this.#facts.get(type)?.depth ?? 0;
  }

  /** Measures a type whose parts are defined. Throws if it is too large or too deep. */
  define<Type extends ValueType>(type: Type, offset: number, alias?: TypeExtern): Type {
    const facts = this.#measure(type);
    if (facts.bytes >= maximumBytes) throw invalid(offset, "type exceeds maximum byte size");
    this.#tally.raise("componentTypeDepth", facts.depth, offset);
    this.#tally.raise("componentTypeSize", facts.size, offset);
    this.#facts.set(type, alias === undefined ? facts : { ...facts, alias });
    return type;
  }

  /** Notes how deep a type is that has types of these depths in it. */
  nest(type: object, depths: Iterable<number>, offset: number): void {
    let depth = 1;
    for (const one of depths) depth = Math.max(depth, one + 1);
    this.#tally.raise("componentTypeDepth", depth, offset);
    this.#facts.set(type, { ...handles, depth });
  }

  /** `type` is `from` under other names or with other resource types. */
  derive(type: object, from: object, alias?: TypeExtern): void {
    const facts = this.#facts.get(from) ?? scalars[(from as ValueType).kind];
    if (facts === undefined) return;
    this.#facts.set(type, alias === undefined ? facts : { ...facts, alias });
  }

  #measure(type: ValueType): Facts {
    switch (type.kind) {
      case "record":
        return this.#product(type.fields.map((field) => field.type));
      case "tuple":
        return this.#product(type.items);
      case "variant":
        return this.#sum(type.cases.map((one) => one.type));
      case "option":
        return this.#sum([undefined, type.item]);
      case "result":
        return this.#sum([type.ok, type.err]);
      case "enum":
        return this.#sum(type.names.map(() => undefined));
      case "flags": {
        const count = type.names.length;
        const bytes = count <= 8 ? 1 : count <= 16 ? 2 : 4 * Math.ceil(count / 32);
        return { ...scalar(Math.min(bytes, 4)), bytes, size: 1 + count };
      }
      case "list": {
        const item = this.of(type.item);
        const repeat = type.length;
        return repeat === undefined
          ? this.#around(pointer, [type.item])
          : this.#around({ ...item, bytes: item.bytes * repeat }, [type.item]);
      }
      case "map":
        return this.#around(pointer, [type.key, type.value]);
      case "stream":
      case "future":
        // What a stream or future carries is not part of its handle.
        return { ...this.#around(handles, [type.item]), pointer: false };
      case "own":
        return handles;
      case "borrow":
        return { ...handles, borrow: true };
      default:
        return this.of(type);
    }
  }

  /** `shell` with its parts' depth, size and content; its own bytes. */
  #around(shell: Facts, parts: readonly (ValueType | undefined)[]): Facts {
    let { depth, size, borrow, pointer, handle } = shell;
    [depth, size] = [1, 1];
    for (const part of parts) {
      size++;
      if (part === undefined) continue;
      const facts = this.of(part);
      depth = Math.max(depth, facts.depth + 1);
      size += facts.size;
      borrow ||= facts.borrow;
      pointer ||= facts.pointer;
      handle ||= facts.handle;
    }
    return { depth, size, bytes: shell.bytes, align: shell.align, borrow, pointer, handle };
  }

  #product(parts: readonly ValueType[]): Facts {
    let [bytes, align] = [0, 1];
    for (const part of parts) {
      const facts = this.of(part);
      bytes = alignTo(bytes, facts.align) + facts.bytes;
      align = Math.max(align, facts.align);
    }
    return this.#around({ ...scalar(align), bytes: alignTo(bytes, align) }, parts);
  }

  #sum(cases: readonly (ValueType | undefined)[]): Facts {
    const tag = cases.length <= 2 ** 8 ? 1 : cases.length <= 2 ** 16 ? 2 : 4;
    let [bytes, align] = [0, 1];
    for (const one of cases) {
      if (one === undefined) continue;
      const facts = this.of(one);
      bytes = Math.max(bytes, facts.bytes);
      align = Math.max(align, facts.align);
    }
    const whole = Math.max(align, tag);
    return this.#around(
      { ...scalar(whole), bytes: alignTo(alignTo(tag, align) + bytes, whole) },
      cases,
    );
  }
}

function alignTo(at: number, align: number): number {
  return Math.ceil(at / align) * align;
}

function scalar(bytes: number): Facts {
  return { depth: 1, size: 1, bytes, align: bytes, borrow: false, pointer: false, handle: false };
}

const handles: Facts = { ...scalar(4), handle: true };
const pointer: Facts = { ...scalar(8), bytes: 16, pointer: true };
const scalars: Readonly<Record<string, Facts>> = {
  bool: scalar(1),
  s8: scalar(1),
  u8: scalar(1),
  s16: scalar(2),
  u16: scalar(2),
  s32: scalar(4),
  u32: scalar(4),
  s64: scalar(8),
  u64: scalar(8),
  f32: scalar(4),
  f64: scalar(8),
  char: scalar(4),
  string: pointer,
  "error-context": scalar(4),
};
