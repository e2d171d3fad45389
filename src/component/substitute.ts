import type { FuncType, NamedType, ResourceType, ValueType } from "./types.ts";

export type Handle = Extract<ValueType, { readonly kind: "own" | "borrow" }>;

/**
 * Replaces resource types in types. Use one object for each mapping: it remembers results, so that
 * a shared type stays shared, and a chain of pairs of pairs costs no more than its length.
 */
export class Substitution {
  readonly #resource: (resource: ResourceType) => ResourceType;
  readonly #types: Map<ValueType, ValueType> = new Map();

  constructor(resource: (resource: ResourceType) => ResourceType) {
    this.#resource = resource;
  }

  /** Returns the type itself where nothing in it changes. */
  func(type: FuncType): FuncType {
    const params = this.#named(type.params);
    const result = this.optional(type.result);
    return params === type.params && result === type.result
      ? type
      : { async: type.async, params, result };
  }

  optional(type: ValueType | undefined): ValueType | undefined {
    return type === undefined ? undefined : this.value(type);
  }

  value(type: ValueType): ValueType {
    let done = this.#types.get(type);
    if (done === undefined) {
      done = this.#rebuild(type);
      this.rename(type, done);
    }
    return done;
  }

  /** From now on `type` becomes `other`, whatever it is made of. */
  rename(type: ValueType, other: ValueType): void {
    this.#types.set(type, other);
  }

  protected handle(type: Handle): ValueType {
    const resource = this.#resource(type.resource);
    return resource === type.resource ? type : { kind: type.kind, resource };
  }

  #named(list: readonly NamedType[]): readonly NamedType[] {
    let changed = false;
    const types = list.map((one) => {
      const type = this.value(one.type);
      changed ||= type !== one.type;
      return { name: one.name, type };
    });
    return changed ? types : list;
  }

  #rebuild(type: ValueType): ValueType {
    switch (type.kind) {
      case "own":
      case "borrow":
        return this.handle(type);
      case "record": {
        const fields = this.#named(type.fields);
        return fields === type.fields ? type : { kind: "record", fields };
      }
      case "tuple": {
        const items = type.items.map((item) => this.value(item));
        return items.every((item, index) => item === type.items[index])
          ? type
          : { kind: "tuple", items };
      }
      case "variant": {
        const cases = type.cases.map(({ name, type }) => ({ name, type: this.optional(type) }));
        return cases.every((one, index) => one.type === type.cases[index]!.type)
          ? type
          : { kind: "variant", cases };
      }
      case "result": {
        const ok = this.optional(type.ok);
        const err = this.optional(type.err);
        return ok === type.ok && err === type.err ? type : { kind: "result", ok, err };
      }
      case "map": {
        const value = this.value(type.value);
        return value === type.value ? type : { kind: "map", key: type.key, value };
      }
      case "option": {
        const item = this.value(type.item);
        return item === type.item ? type : { kind: "option", item };
      }
      case "list": {
        const item = this.value(type.item);
        return item === type.item ? type : { kind: "list", item, length: type.length };
      }
      case "stream":
      case "future": {
        const item = this.optional(type.item);
        return item === type.item ? type : { kind: type.kind, item };
      }
      default:
        return type;
    }
  }
}
