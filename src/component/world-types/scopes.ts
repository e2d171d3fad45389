import { pascalCase } from "../js-names.ts";
import type { Extern, ResourceType, TypeExtern, ValueType } from "../types.ts";
import { identity } from "../wit/body.ts";
import { freeName, GLOBALS } from "./lines.ts";
import type { NameOf } from "./values.ts";

/** The types of one interface, or of the world itself, under their names in TypeScript. */
export interface TypeScope {
  /** The name of the namespace that they are in. */
  readonly namespace: string;
  readonly types: readonly NamedEntry[];
  /** The names in TypeScript, by type. */
  readonly names: ReadonlyMap<ValueType | ResourceType, string>;
  readonly taken: Set<string>;
}

export interface NamedEntry {
  /** In WIT. */
  readonly label: string;
  readonly name: string;
  readonly entry: TypeExtern;
  readonly extern: Extern;
}

/** Where a type was first named. */
export interface FirstName {
  readonly scope: TypeScope;
  readonly name: string;
}

export type FirstNames = Map<ValueType | ResourceType, FirstName>;

export function typeScope(
  namespace: string,
  externs: Iterable<Extern>,
  firstNames: FirstNames,
): TypeScope {
  const taken = new Set(GLOBALS);
  const names = new Map<ValueType | ResourceType, string>();
  const types: NamedEntry[] = [];
  const scope: TypeScope = { namespace, types, names, taken };
  for (const extern of externs) {
    if (extern.type.kind !== "type") continue;
    const entry = extern.type.type;
    const type = identity(entry);
    if (type === undefined) continue;
    const name = freeName(pascalCase(extern.name), taken);
    types.push({ label: extern.name, name, entry, extern });
    if (!names.has(type)) names.set(type, name);
    if (!firstNames.has(type)) firstNames.set(type, { scope, name });
  }
  for (const { name, entry } of types) {
    const of = entry.kind === "value" ? entry.of : undefined;
    // What is equal to it without a name of its own may be anything: a string, which many share.
    if (of !== undefined && firstNames.has(of) && !names.has(of)) names.set(of, name);
  }
  return scope;
}

/** What a type is named within a scope's namespace. */
export function namesWithin(scope: TypeScope, firstNames: FirstNames, foreign: Foreign): NameOf {
  return (type) => {
    const own = scope.names.get(type);
    if (own !== undefined) return own;
    const first = firstNames.get(type);
    return first && foreign.name(scope, first);
  };
}

/** What a type is named outside of all namespaces. */
export function namesOutside(scope: TypeScope, firstNames: FirstNames): NameOf {
  return (type) => {
    const own = scope.names.get(type);
    if (own !== undefined) return `${scope.namespace}.${own}`;
    const first = firstNames.get(type);
    return first && `${first.scope.namespace}.${first.name}`;
  };
}

/**
 * Names for the types of other namespaces. Where a type of the own namespace hides the other one's
 * name, an alias beside the namespaces stands for it.
 */
export class Foreign {
  readonly aliases: Map<string, string> = new Map();

  name(from: TypeScope, { scope, name }: FirstName): string {
    const full = `${scope.namespace}.${name}`;
    if (!from.taken.has(scope.namespace)) return full;
    const alias = `${scope.namespace}_${name}`;
    this.aliases.set(alias, full);
    return alias;
  }
}
