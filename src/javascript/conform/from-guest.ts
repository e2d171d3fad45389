import {
  fieldNames,
  fitsNumbers,
  fitsScalar,
  nullable,
  NUMBER_ARRAYS,
  type ResourceType,
  SCALARS,
  type ValueType,
} from "../../component/wit-world.ts";
import { isArrayBuffer, isMap, isUint8Array } from "../../realms.ts";
import type { Handles } from "./handles.ts";
import { MisfitThrown, within } from "./misfit-thrown.ts";
import { ResourceValue } from "../values/resource-value.ts";

/** A value of a program, which is anything that was decoded, as a value of its type. */
export type FromGuest = (value: unknown, handles: Handles) => unknown;

/** Numbers of the classes of resources. */
export type KindOf = (resource: ResourceType) => number | undefined;

/**
 * Makes what reads values of a type from a program. Values have the engine's shapes; beyond these `null`
 * is none of an option, a whole number that is exact is a 64-bit integer, and a list of numbers may be an
 * array. What is returned is made of objects with the type's own keys.
 */
export class GuestReaders {
  readonly #made: Map<ValueType, FromGuest> = new Map();
  readonly #kindOf: KindOf;

  constructor(kindOf: KindOf) {
    this.#kindOf = kindOf;
  }

  of(type: ValueType): FromGuest {
    const known = this.#made.get(type);
    if (known !== undefined) return known;
    const made = this.#make(type);
    this.#made.set(type, made);
    return made;
  }

  #make(type: ValueType): FromGuest {
    switch (type.kind) {
      case "string":
        return (value) => {
          if (typeof value !== "string") throw new MisfitThrown("a string", value);
          return value.isWellFormed() ? value : value.toWellFormed();
        };
      case "record":
        return this.#record(type.fields);
      case "tuple":
        return this.#tuple(type.items);
      case "variant":
        return this.#variant(type.cases);
      case "enum": {
        const names = new Set(type.names);
        return (value) => {
          if (typeof value === "string" && names.has(value)) return value;
          throw new MisfitThrown(`one of ${listed(type.names)}`, value);
        };
      }
      case "flags":
        return flags(fieldNames(type.names));
      case "option":
        return this.#option(type.item);
      case "result":
        return this.#variant([
          { name: "ok", type: type.ok },
          { name: "err", type: type.err },
        ]);
      case "list":
        return this.#list(type.item, type.length);
      case "map":
        return this.#map(type.key, type.value);
      case "own":
      case "borrow":
        return this.#resource(type.resource, type.kind === "own");
      case "stream":
      case "future":
      case "error-context":
        return (value) => {
          throw new MisfitThrown(`a ${type.kind}, which JavaScript plugins do not have`, value);
        };
      case "s64":
      case "u64":
        return (value) => {
          const whole = Number.isSafeInteger(value) ? BigInt(value as number) : value;
          if (fitsScalar(type.kind as "s64" | "u64", whole)) return whole;
          throw new MisfitThrown(SCALARS[type.kind as "s64" | "u64"], value);
        };
      default: {
        const kind = type.kind as keyof typeof SCALARS;
        return (value) => {
          if (!fitsScalar(kind, value)) throw new MisfitThrown(SCALARS[kind], value);
          return kind === "f32" ? Math.fround(value as number) : value;
        };
      }
    }
  }

  #record(fields: readonly { readonly name: string; readonly type: ValueType }[]): FromGuest {
    const keys = fieldNames(fields.map(({ name }) => name));
    const parts = fields.map(({ type }, index) => [keys[index]!, this.of(type)] as const);
    return (value, handles) => {
      const found = asObject(value, "an object");
      const made: Record<string, unknown> = {};
      for (const [key, read] of parts) {
        const part = Object.hasOwn(found, key) ? found[key] : undefined;
        define(
          made,
          key,
          within(key, () => read(part, handles)),
        );
      }
      return made;
    };
  }

  #tuple(items: readonly ValueType[]): FromGuest {
    const parts = items.map((item) => this.of(item));
    return (value, handles) => {
      const found = asArray(value, `an array of ${parts.length}`);
      if (found.length !== parts.length) {
        throw new MisfitThrown(`an array of ${parts.length}`, value);
      }
      return parts.map((read, at) => within(at, () => read(found[at], handles)));
    };
  }

  #variant(
    cases: readonly { readonly name: string; readonly type: ValueType | undefined }[],
  ): FromGuest {
    const parts = new Map(
      cases.map(({ name, type }) => [name, type === undefined ? undefined : this.of(type)]),
    );
    const expected = `an object whose \`tag\` is one of ${listed(cases.map(({ name }) => name))}`;
    return (value, handles) => {
      const found = asObject(value, expected);
      const tag = Object.hasOwn(found, "tag") ? found["tag"] : undefined;
      if (typeof tag !== "string" || !parts.has(tag)) throw new MisfitThrown(expected, value);
      const read = parts.get(tag);
      if (read === undefined) return { tag };
      const val = Object.hasOwn(found, "val") ? found["val"] : undefined;
      return { tag, val: within("val", () => read(val, handles)) };
    };
  }

  #option(item: ValueType): FromGuest {
    if (nullable(item)) {
      return this.#variant([
        { name: "none", type: undefined },
        { name: "some", type: item },
      ]);
    }
    const read = this.of(item);
    return (value, handles) =>
      value === undefined || value === null ? undefined : read(value, handles);
  }

  #list(item: ValueType, length: number | undefined): FromGuest {
    const expected = length === undefined ? "an array" : `an array of ${length}`;
    const checked = (value: { readonly length: number }): void => {
      if (length !== undefined && value.length !== length) throw new MisfitThrown(expected, value);
    };
    const { kind } = item;
    if (kind in NUMBER_ARRAYS) {
      const view = kind as keyof typeof NUMBER_ARRAYS;
      const what = `a ${NUMBER_ARRAYS[view].name}`;
      return (value) => {
        if (view === "u8" && isUint8Array(value)) {
          checked(value);
          return value;
        }
        if (view === "u8" && isArrayBuffer(value)) return new Uint8Array(value);
        if (!fitsNumbers(view, value)) throw new MisfitThrown(what, value);
        checked(value as readonly unknown[]);
        return Array.isArray(value) ? numbers(view, value as readonly unknown[]) : value;
      };
    }
    const read = this.of(item);
    return (value, handles) => {
      const found = asArray(value, expected);
      checked(found);
      const made: unknown[] = [];
      for (let at = 0; at < found.length; at++) {
        made.push(within(at, () => read(found[at], handles)));
      }
      return made;
    };
  }

  #map(key: ValueType, item: ValueType): FromGuest {
    const [readKey, readItem] = [this.of(key), this.of(item)];
    return (value, handles) => {
      if (!isMap(value)) throw new MisfitThrown("a Map", value);
      return new Map(
        Array.from(value, ([one, other]) => {
          return within(String(one).slice(0, 40), () => [
            readKey(one, handles),
            readItem(other, handles),
          ]);
        }),
      );
    };
  }

  #resource(resource: ResourceType, isOwn: boolean): FromGuest {
    const kind = this.#kindOf(resource);
    const what = `a ${resource.name ?? "resource"} that is still held`;
    return (value, handles) => {
      const held =
        value instanceof ResourceValue && value.class === kind ? handles.find(value) : undefined;
      if (held === undefined) throw new MisfitThrown(what, value);
      if (isOwn) handles.release(value as ResourceValue);
      return held;
    };
  }
}

function flags(keys: readonly string[]): FromGuest {
  return (value) => {
    const found = asObject(value, "an object of booleans");
    const made: Record<string, unknown> = {};
    for (const key of keys) {
      const flag: unknown = Object.hasOwn(found, key) ? found[key] : undefined;
      if (flag !== undefined && typeof flag !== "boolean") {
        throw new MisfitThrown("a boolean", flag).within(`.${key}`);
      }
      define(made, key, flag === true);
    }
    return made;
  };
}

function asObject(value: unknown, expected: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || value instanceof ResourceValue) {
    throw new MisfitThrown(expected, value);
  }
  return value as Readonly<Record<string, unknown>>;
}

function asArray(value: unknown, expected: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new MisfitThrown(expected, value);
  return value as readonly unknown[];
}

function numbers(view: keyof typeof NUMBER_ARRAYS, value: readonly unknown[]): object {
  const made = new NUMBER_ARRAYS[view](value.length) as Uint8Array;
  made.set(value as readonly number[]);
  return made;
}

/** A key such as `constructor` becomes the object's own, and nothing else. */
function define(made: object, key: string, value: unknown): void {
  Object.defineProperty(made, key, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 16).map((name) => JSON.stringify(name));
  return shown.join(", ") + (names.length > shown.length ? ", …" : "");
}
