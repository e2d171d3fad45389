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
import { isArrayBuffer, isMap, typedArrayName } from "../../realms.ts";
import type { KindOf } from "./from-guest.ts";
import type { Handles } from "./handles.ts";
import { MisfitThrown, within } from "./misfit-thrown.ts";

/** A value of the host's as one that can be written for a program. */
export type ToGuest = (value: unknown, handles: Handles) => unknown;

/**
 * Makes what prepares the host's values for a program: values have the engine's shapes, resources become
 * handles. What the host gives may be of any class, and is looked at once.
 */
export class GuestWriters {
  readonly #made: Map<ValueType, ToGuest> = new Map();
  readonly #kindOf: KindOf;

  constructor(kindOf: KindOf) {
    this.#kindOf = kindOf;
  }

  of(type: ValueType): ToGuest {
    const known = this.#made.get(type);
    if (known !== undefined) return known;
    const made = this.#make(type);
    this.#made.set(type, made);
    return made;
  }

  #make(type: ValueType): ToGuest {
    switch (type.kind) {
      case "string":
        return (value) => {
          if (typeof value !== "string") throw new MisfitThrown("a string", value);
          return value;
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
          throw new MisfitThrown(`one of ${type.names.join(", ")}`, value);
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
        return this.#list(type.item);
      case "map":
        return this.#map(type.key, type.value);
      case "own":
      case "borrow":
        return this.#resource(type.resource);
      case "stream":
      case "future":
      case "error-context":
        return (value) => {
          throw new MisfitThrown(`no ${type.kind}: JavaScript plugins have none`, value);
        };
      default: {
        const kind = type.kind as keyof typeof SCALARS;
        return (value) => {
          if (!fitsScalar(kind, value)) throw new MisfitThrown(SCALARS[kind], value);
          return value;
        };
      }
    }
  }

  #record(fields: readonly { readonly name: string; readonly type: ValueType }[]): ToGuest {
    const keys = fieldNames(fields.map(({ name }) => name));
    const parts = fields.map(({ type }, index) => [keys[index]!, this.of(type)] as const);
    return (value, handles) => {
      const found = asObject(value, "an object");
      return made(
        parts.map(([key, write]) => [key, within(key, () => write(found[key], handles))]),
      );
    };
  }

  #tuple(items: readonly ValueType[]): ToGuest {
    const parts = items.map((item) => this.of(item));
    return (value, handles) => {
      if (!Array.isArray(value) || value.length !== parts.length) {
        throw new MisfitThrown(`an array of ${parts.length}`, value);
      }
      return parts.map((write, at) => within(at, () => write(value[at], handles)));
    };
  }

  #variant(
    cases: readonly { readonly name: string; readonly type: ValueType | undefined }[],
  ): ToGuest {
    const parts = new Map(
      cases.map(({ name, type }) => [name, type === undefined ? undefined : this.of(type)]),
    );
    const expected = `an object whose \`tag\` is one of ${[...parts.keys()].join(", ")}`;
    return (value, handles) => {
      const { tag, val } = asObject(value, expected);
      if (typeof tag !== "string" || !parts.has(tag)) throw new MisfitThrown(expected, value);
      const write = parts.get(tag);
      if (write === undefined) return { tag };
      return { tag, val: within("val", () => write(val, handles)) };
    };
  }

  #option(item: ValueType): ToGuest {
    if (nullable(item)) {
      return this.#variant([
        { name: "none", type: undefined },
        { name: "some", type: item },
      ]);
    }
    const write = this.of(item);
    return (value, handles) =>
      value === undefined || value === null ? undefined : write(value, handles);
  }

  #list(item: ValueType): ToGuest {
    const { kind } = item;
    if (kind in NUMBER_ARRAYS) {
      const view = kind as keyof typeof NUMBER_ARRAYS;
      const Numbers = NUMBER_ARRAYS[view] as unknown as new (from: unknown) => object;
      return (value) => {
        if (!fitsNumbers(view, value)) throw new MisfitThrown(`a ${Numbers.name}`, value);
        return typedArrayName(value) === Numbers.name && !isArrayBuffer(value)
          ? value
          : new Numbers(value);
      };
    }
    const write = this.of(item);
    return (value, handles) => {
      if (!Array.isArray(value)) throw new MisfitThrown("an array", value);
      return Array.from(value, (one, at) => within(at, () => write(one, handles)));
    };
  }

  #map(key: ValueType, item: ValueType): ToGuest {
    const [writeKey, writeItem] = [this.of(key), this.of(item)];
    return (value, handles) => {
      if (!isMap(value)) throw new MisfitThrown("a Map", value);
      return new Map(
        Array.from(value, ([one, other]) => [writeKey(one, handles), writeItem(other, handles)]),
      );
    };
  }

  #resource(resource: ResourceType): ToGuest {
    const kind = this.#kindOf(resource);
    return (value, handles) => {
      if (typeof value !== "object" || value === null || kind === undefined) {
        throw new MisfitThrown(`a ${resource.name ?? "resource"}`, value);
      }
      return handles.give(kind, value);
    };
  }
}

function flags(keys: readonly string[]): ToGuest {
  return (value) => {
    const found = asObject(value, "an object of booleans");
    return made(
      keys.map((key) => {
        const flag = found[key];
        if (flag === undefined || typeof flag === "boolean") return [key, flag === true];
        throw new MisfitThrown("a boolean", flag).within(`.${key}`);
      }),
    );
  };
}

function asObject(value: unknown, expected: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) throw new MisfitThrown(expected, value);
  return value as Readonly<Record<string, unknown>>;
}

function made(entries: readonly (readonly [string, unknown])[]): object {
  return Object.fromEntries(entries);
}
