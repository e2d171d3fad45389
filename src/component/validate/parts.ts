import type { ValueType } from "../types.ts";

/**
 * The types that a type is made of, resource types aside. Of a variant, result, stream or future
 * each place for a type is there, filled or not.
 */
export function partsOf(type: ValueType): readonly (ValueType | undefined)[] {
  switch (type.kind) {
    case "record":
      return type.fields.map((field) => field.type);
    case "tuple":
      return type.items;
    case "variant":
      return type.cases.map((one) => one.type);
    case "result":
      return [type.ok, type.err];
    case "map":
      return [type.key, type.value];
    case "list":
    case "option":
    case "stream":
    case "future":
      return [type.item];
    default:
      return [];
  }
}

/** What a type is besides its parts, for comparing and for messages. Labels have no commas. */
export function describe(type: ValueType): string {
  switch (type.kind) {
    case "record":
      return `record of ${type.fields.map((field) => field.name).join()}`;
    case "variant":
      return `variant of ${type.cases.map((one) => one.name).join()}`;
    case "enum":
    case "flags":
      return `${type.kind} of ${type.names.join()}`;
    case "tuple":
      return `tuple of ${type.items.length}`;
    case "list":
      return type.length === undefined ? type.kind : `list of ${type.length}`;
    default:
      return type.kind;
  }
}
