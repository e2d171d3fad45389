import type { FuncType, NamedType, ResourceType, ValueType, VariantCase } from "../types.ts";

/**
 * A function's type on one line, in which every type is written out in full: names of types do not
 * count, names of fields, cases and parameters do. Two functions have the same text exactly where
 * the component model calls their types equal, as long as `nameOf` returns a different name for
 * each resource type and the text has at most `limit` characters; a longer one is cut there, with
 * an ellipsis.
 */
export function spelledFunction(
  { async, params, result }: FuncType,
  nameOf: (resource: ResourceType) => string,
  limit: number,
): string {
  const text = new Spelling(nameOf, limit);
  text.put(async ? "async func(" : "func(");
  text.named(params);
  text.put(")");
  if (result !== undefined) text.put(" -> ").type(result);
  return text.toString();
}

/**
 * Types share their parts, so the full text may be exponentially long: writing stops once it is too
 * long.
 */
class Spelling {
  readonly #nameOf: (resource: ResourceType) => string;
  readonly #limit: number;
  #text = "";

  constructor(nameOf: (resource: ResourceType) => string, limit: number) {
    this.#nameOf = nameOf;
    this.#limit = limit;
  }

  toString(): string {
    return this.#full ? `${this.#text.slice(0, this.#limit)}…` : this.#text;
  }

  put(text: string): this {
    if (!this.#full) this.#text += text;
    return this;
  }

  get #full(): boolean {
    return this.#text.length > this.#limit;
  }

  named(items: readonly NamedType[]): this {
    return this.#list(items, ({ name, type }) => this.put(`${name}: `).type(type));
  }

  type(type: ValueType | undefined): this {
    if (this.#full) return this;
    if (type === undefined) return this.put("_");
    switch (type.kind) {
      case "record":
        return this.put("record { ").named(type.fields).put(" }");
      case "tuple":
        return this.#around("tuple", type.items);
      case "variant":
        return this.put("variant { ").#cases(type.cases).put(" }");
      case "enum":
      case "flags":
        return this.put(`${type.kind} { `)
          .#list(type.names, (name) => this.put(name))
          .put(" }");
      case "option":
        return this.#around("option", [type.item]);
      case "result":
        return this.#around("result", [type.ok, type.err]);
      case "list":
        if (type.length === undefined) return this.#around("list", [type.item]);
        return this.put("list<").type(type.item).put(`, ${type.length}>`);
      case "map":
        return this.#around("map", [type.key, type.value]);
      case "own":
      case "borrow":
        return this.put(`${type.kind}<${this.#nameOf(type.resource)}>`);
      case "stream":
      case "future":
        return this.#around(type.kind, [type.item]);
      default:
        return this.put(type.kind);
    }
  }

  #around(kind: string, parts: readonly (ValueType | undefined)[]): this {
    return this.put(`${kind}<`)
      .#list(parts, (part) => this.type(part))
      .put(">");
  }

  #cases(cases: readonly VariantCase[]): this {
    return this.#list(cases, ({ name, type }) => {
      this.put(name);
      if (type !== undefined) this.put("(").type(type).put(")");
    });
  }

  #list<Item>(items: readonly Item[], one: (item: Item) => unknown): this {
    for (const [index, item] of items.entries()) {
      if (this.#full) break;
      if (index > 0) this.put(", ");
      one(item);
    }
    return this;
  }
}
