import type { CoreValueType, ValueType } from "../types.ts";

/** CanonicalABI.md, "Flattening", cut off: more than this many values never travel flat. */
export const maximumFlat = 16;

/** The core types that a value travels as, undefined for more than `maximumFlat` of them. */
export class Flattening {
  readonly #pointer: CoreValueType;
  readonly #flat: Map<ValueType, readonly CoreValueType[] | undefined> = new Map();

  constructor(wide: boolean) {
    this.#pointer = wide ? "i64" : "i32";
  }

  of(type: ValueType): readonly CoreValueType[] | undefined {
    if (!this.#flat.has(type)) this.#flat.set(type, this.#flatten(type));
    return this.#flat.get(type);
  }

  /** Of several values, one behind the other. */
  all(types: readonly ValueType[]): readonly CoreValueType[] | undefined {
    const flat: CoreValueType[] = [];
    for (const type of types) {
      const part = this.of(type);
      if (part === undefined || flat.length + part.length > maximumFlat) return undefined;
      flat.push(...part);
    }
    return flat;
  }

  #flatten(type: ValueType): readonly CoreValueType[] | undefined {
    switch (type.kind) {
      case "record":
        return this.all(type.fields.map((field) => field.type));
      case "tuple":
        return this.all(type.items);
      case "variant":
        return this.#join(type.cases.map((one) => one.type));
      case "option":
        return this.#join([type.item]);
      case "result":
        return this.#join([type.ok, type.err]);
      case "list":
        if (type.length !== undefined) {
          if (type.length > maximumFlat) return undefined;
          return this.all(Array.from({ length: type.length }, () => type.item));
        }
        return [this.#pointer, this.#pointer];
      case "string":
      case "map":
        return [this.#pointer, this.#pointer];
      case "flags": {
        const words = Math.ceil(type.names.length / 32);
        return words > maximumFlat ? undefined : Array.from({ length: words }, () => "i32");
      }
      case "s64":
      case "u64":
        return ["i64"];
      case "f32":
      case "f64":
        return [type.kind];
      default:
        return ["i32"];
    }
  }

  #join(cases: readonly (ValueType | undefined)[]): readonly CoreValueType[] | undefined {
    const flat: CoreValueType[] = ["i32"];
    for (const one of cases) {
      if (one === undefined) continue;
      const part = this.of(one);
      if (part === undefined || part.length + 1 > maximumFlat) return undefined;
      for (const [index, type] of part.entries()) {
        const before = flat[index + 1];
        flat[index + 1] = before === undefined ? type : joined(before, type);
      }
    }
    return flat;
  }
}

function joined(one: CoreValueType, other: CoreValueType): CoreValueType {
  if (one === other) return one;
  const narrow = (type: CoreValueType): boolean => type === "i32" || type === "f32";
  return narrow(one) && narrow(other) ? "i32" : "i64";
}
