// Functions that take or answer values which this engine does not have. README.md of component/
// lists them under "not there yet".
import type { ComponentType, Extern, FuncType, ValueType } from "../types.ts";
import type { Side } from "./functions.ts";

/**
 * A function that cannot be used yet, because this version of Tenon lacks values of its types. Where
 * such a value can be left out (an option's, a variant's), it works without.
 */
export interface UnusableFunction {
  /** Whether the host gives the function or calls it. */
  readonly side: "imports" | "exports";
  /** As the WIT names it: `acme:app/files@1.0.0#read`, or `read` for a function of the world itself. */
  readonly name: string;
  /** What it takes or answers and Tenon lacks, in the plural: `["streams"]`. At least one. */
  readonly values: readonly string[];
}

const LACKING: Readonly<Record<string, string>> = {
  stream: "streams",
  future: "futures",
  "error-context": "error contexts",
};

/** Finds in types what the engine has no values of. Each type is looked at once. */
export class LackingValues {
  readonly #known: Map<ValueType, readonly string[]> = new Map();

  of(type: ValueType | undefined): readonly string[] {
    if (type === undefined) return [];
    let found = this.#known.get(type);
    if (found === undefined) {
      const own = LACKING[type.kind];
      found = [...new Set([...(own === undefined ? [] : [own]), ...this.#of(partsOf(type))])];
      this.#known.set(type, found);
    }
    return found;
  }

  ofFunction({ params, result }: FuncType): readonly string[] {
    return [...new Set(this.#of([...params.map(({ type }) => type), result]))];
  }

  #of(types: readonly (ValueType | undefined)[]): readonly string[] {
    return types.flatMap((type) => this.of(type));
  }
}

function partsOf(type: ValueType): readonly (ValueType | undefined)[] {
  switch (type.kind) {
    case "record":
      return type.fields.map((field) => field.type);
    case "tuple":
      return type.items;
    case "variant":
      return type.cases.map((one) => one.type);
    case "option":
    case "list":
    case "stream":
    case "future":
      return [type.item];
    case "result":
      return [type.ok, type.err];
    case "map":
      return [type.key, type.value];
    default:
      return [];
  }
}

/** `streams`, `streams and futures`. */
export function listed(values: readonly string[]): string {
  const last = values.at(-1)!;
  return values.length === 1 ? last : `${values.slice(0, -1).join(", ")} and ${last}`;
}

/** The functions of a world that cannot be used yet: its imports, then its exports. */
export function unusableFunctions(
  world: ComponentType,
  lacking: LackingValues,
): readonly UnusableFunction[] {
  const found = (side: Side, { name, type }: Extern, of: string): readonly UnusableFunction[] => {
    if (type.kind === "instance") {
      return [...type.type.exports.values()].flatMap((extern) => found(side, extern, `${name}#`));
    }
    const values = type.kind === "func" ? lacking.ofFunction(type.type) : [];
    return values.length === 0 ? [] : [{ side, name: of + name, values }];
  };
  return (["imports", "exports"] as const).flatMap((side) =>
    [...world[side].values()].flatMap((extern) => found(side, extern, "")),
  );
}
