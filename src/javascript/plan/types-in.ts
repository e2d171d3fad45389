import type { FuncType, ResourceType, ValueType } from "../../component/wit-world.ts";

/** The resource types that lie in a type. */
export function resourcesIn(type: ValueType | undefined): ReadonlySet<ResourceType> {
  const found = new Set<ResourceType>();
  for (const part of allParts([type])) {
    if (part.kind === "own" || part.kind === "borrow") found.add(part.resource);
  }
  return found;
}

/** The resource types in the types of a function. */
export function allResources({ params, result }: FuncType): ReadonlySet<ResourceType> {
  return new Set(
    [result, ...params.map(({ type }) => type)].flatMap((one) => [...resourcesIn(one)]),
  );
}

/** Whether values of the function's types can cross: streams, futures and error contexts can't. */
export function canCross({ params, result }: FuncType): boolean {
  for (const { kind } of allParts([result, ...params.map(({ type }) => type)])) {
    if (kind === "stream" || kind === "future" || kind === "error-context") return false;
  }
  return true;
}

/** Each type once, however often it is in others. */
function allParts(types: readonly (ValueType | undefined)[]): ReadonlySet<ValueType> {
  const found = new Set<ValueType>();
  const open = [...types];
  while (open.length > 0) {
    const next = open.pop();
    if (next === undefined || found.has(next)) continue;
    found.add(next);
    open.push(...partsOf(next));
  }
  return found;
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
      return [type.item];
    case "result":
      return [type.ok, type.err];
    case "map":
      return [type.key, type.value];
    default:
      return [];
  }
}
