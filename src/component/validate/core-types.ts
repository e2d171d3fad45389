import type { CoreExternRef, CoreRef, CoreSubtype } from "../decode/definitions.ts";
import { invalid } from "../faults.ts";
import type { CoreExternType, CoreFuncType, CoreLimits, CoreValueType } from "../types.ts";

/** A core type of any kind; `func` is there for a function type. */
export interface CoreType {
  readonly id: number;
  readonly final: boolean;
  readonly shared: boolean;
  readonly func: CoreFuncType | undefined;
}

/** The types of an index space that a reference may name. */
export type CoreTypeLookup = (index: number) => CoreType;

/** Makes equal core types one object, across all modules of a component. */
export class CoreTypeTable {
  readonly #groups: Map<string, readonly CoreType[]> = new Map();
  #count = 0;

  /** A function type that stands alone. */
  func(params: readonly CoreValueType[], results: readonly CoreValueType[]): CoreFuncType {
    const type: CoreSubtype["type"] = { kind: "func", shared: false, params, results };
    return this.group([{ final: true, supertypes: [], type }], 0, unknownType, 0)[0]!.func!;
  }

  /**
   * A recursion group whose first type gets the index `first`. Two groups are equal when they
   * read the same, their own types by position and others by identity.
   */
  group(
    types: readonly CoreSubtype[],
    first: number,
    lookup: CoreTypeLookup,
    offset: number,
  ): readonly CoreType[] {
    const name = (type: CoreRef): CoreValueType => {
      if (typeof type === "string") return type;
      const inside = type.index - first;
      const target = inside >= 0 && inside < types.length ? `rec${inside}` : lookup(type.index).id;
      return `(ref ${type.nullable ? "null " : ""}${target})`;
    };
    const key = types.map((type) => describe(type, name, first, types.length, lookup)).join("; ");
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const made: CoreType[] = [];
    const base = this.#count;
    this.#count += types.length;
    const resolved = (type: CoreRef): CoreValueType =>
      name(type).replace(/rec(\d+)/, (_, at: string) => String(base + Number(at)));
    for (const { final, supertypes, type } of types) {
      const above = supertypes[0];
      const supertype =
        above === undefined ? undefined : above >= first ? made[above - first] : lookup(above);
      if (supertype?.final === true) throw invalid(offset, "a sub type's super type is not final");
      made.push({
        id: base + made.length,
        final,
        shared: type.shared,
        func:
          type.kind === "func"
            ? {
                params: type.params.map(resolved),
                results: type.results.map(resolved),
                supertype: supertype?.func,
              }
            : undefined,
      });
    }
    this.#groups.set(key, made);
    return made;
  }

  /** An import's or export's type, with its function type from `lookup`. */
  extern(type: CoreExternRef, lookup: CoreTypeLookup, offset: number): CoreExternType {
    const name = (type: CoreRef): CoreValueType =>
      typeof type === "string"
        ? type
        : `(ref ${type.nullable ? "null " : ""}${lookup(type.index).id})`;
    switch (type.kind) {
      case "func":
      case "tag": {
        const { func } = lookup(type.type);
        if (func === undefined) throw invalid(offset, `type ${type.type} is not a function type`);
        return { kind: type.kind, type: func };
      }
      case "table":
        checkLimits(type.limits, 2n ** (type.limits.wide ? 64n : 32n) - 1n, "table", offset);
        return { ...type, element: name(type.element) };
      case "memory": {
        const { limits, pageSizeLog2 } = type;
        if (pageSizeLog2 !== 16 && pageSizeLog2 !== 0) {
          throw invalid(offset, "invalid custom page size");
        }
        const pages = 2n ** ((limits.wide ? 64n : 32n) - BigInt(pageSizeLog2));
        checkLimits(limits, pages, "memory", offset);
        if (limits.shared && limits.maximum === undefined) {
          throw invalid(offset, "a shared memory needs a maximum");
        }
        return type;
      }
      case "global":
        return { ...type, type: name(type.type) };
    }
  }
}

function unknownType(): never {
  throw new RangeError("no types around");
}

function describe(
  { final, supertypes, type }: CoreSubtype,
  name: (type: CoreRef) => CoreValueType,
  first: number,
  length: number,
  lookup: CoreTypeLookup,
): string {
  const above = supertypes.map((index) => {
    const inside = index - first;
    return inside >= 0 && inside < length ? `rec${inside}` : lookup(index).id;
  });
  const body =
    type.kind === "func"
      ? `${type.params.map(name).join()} -> ${type.results.map(name).join()}`
      : type.fields.map(name).join();
  return `${final ? "" : "open "}${type.shared ? "shared " : ""}${type.kind} ${above.join()}: ${body}`;
}

function checkLimits(limits: CoreLimits, most: bigint, what: string, offset: number): void {
  const { initial, maximum } = limits;
  if (initial > most || (maximum !== undefined && maximum > most)) {
    throw invalid(offset, `${what} size must be at most ${most}`);
  }
  if (maximum !== undefined && maximum < initial) {
    throw invalid(offset, `${what} minimum is above its maximum`);
  }
}

/** What is wrong with a core extern where another is expected, or undefined. */
export type CoreFault = string | undefined;

export function isCoreSubtype(found: CoreExternType, expected: CoreExternType): CoreFault {
  switch (expected.kind) {
    case "func":
    case "tag": {
      if (found.kind !== expected.kind) break;
      for (let type: CoreFuncType | undefined = found.type; type; type = type.supertype) {
        if (type === expected.type) return undefined;
      }
      return `expected ${signature(expected.type)}, found ${signature(found.type)}`;
    }
    case "table":
      if (found.kind !== expected.kind) break;
      if (found.element !== expected.element) {
        return `expected elements ${expected.element}, found ${found.element}`;
      }
      return limitsFault(found.limits, expected.limits, "table");
    case "memory":
      if (found.kind !== expected.kind) break;
      if (found.pageSizeLog2 !== expected.pageSizeLog2) return "another page size";
      return limitsFault(found.limits, expected.limits, "memory");
    case "global":
      if (found.kind !== expected.kind) break;
      if (found.mutable !== expected.mutable || found.shared !== expected.shared) {
        return "one global is mutable or shared";
      }
      return found.type === expected.type
        ? undefined
        : `expected global type ${expected.type}, found ${found.type}`;
  }
  return `expected ${expected.kind}, found ${found.kind}`;
}

function limitsFault(found: CoreLimits, expected: CoreLimits, what: string): CoreFault {
  if (found.shared !== expected.shared) return `one ${what} is shared`;
  if (found.wide !== expected.wide) return `one ${what} is 64-bit`;
  const fits =
    found.initial >= expected.initial &&
    (expected.maximum === undefined ||
      (found.maximum !== undefined && found.maximum <= expected.maximum));
  return fits ? undefined : `${what} limits don't fit`;
}

export function signature(type: CoreFuncType): string {
  return `(${type.params.join()}) -> (${type.results.join()})`;
}
