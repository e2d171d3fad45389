import type { Work } from "./work.ts";
import type { ResourceType, ValueType } from "../types.ts";

/// Structural equality of value types. Throws what `fault` makes of what differs.
export class Equality {
  readonly #work: Work;
  readonly #fault: (message: string) => Error;
  /// Types known to be equal.
  readonly #known: Map<ValueType, Set<ValueType>> = new Map();

  constructor(work: Work, fault: (message: string) => Error) {
    this.#work = work;
    this.#fault = fault;
  }

  check(found: ValueType, expected: ValueType): void {
    if (found === expected) return;
    const known = this.#known.get(found);
    if (known?.has(expected) === true) return;
    this.#work.step();
    this.#equalTypes(found, expected);
    if (known === undefined) this.#known.set(found, new Set([expected]));
    else known.add(expected);
  }

  #equalTypes(found: ValueType, expected: ValueType): void {
    switch (expected.kind) {
      case "record":
        if (found.kind !== expected.kind) break;
        this.#same(found.fields.length, expected.fields.length, "fields");
        this.#work.step(found.fields.length);
        for (const [index, field] of expected.fields.entries()) {
          const one = found.fields[index]!;
          this.#same(one.name, field.name, "field name");
          this.check(one.type, field.type);
        }
        return;
      case "tuple":
        if (found.kind !== expected.kind) break;
        this.#same(found.items.length, expected.items.length, "types");
        this.#work.step(found.items.length);
        for (const [index, item] of expected.items.entries()) this.check(found.items[index]!, item);
        return;
      case "variant":
        if (found.kind !== expected.kind) break;
        this.#same(found.cases.length, expected.cases.length, "cases");
        this.#work.step(found.cases.length);
        for (const [index, item] of expected.cases.entries()) {
          const one = found.cases[index]!;
          this.#same(one.name, item.name, "case name");
          this.optional(one.type, item.type, `case \`${item.name}\``);
        }
        return;
      case "enum":
      case "flags":
        if (found.kind !== expected.kind) break;
        this.#work.step(found.names.length);
        this.#same(found.names.join(), expected.names.join(), `${expected.kind} elements`);
        return;
      case "result":
        if (found.kind !== expected.kind) break;
        this.optional(found.ok, expected.ok, "ok type");
        this.optional(found.err, expected.err, "err type");
        return;
      case "list":
        if (found.kind !== expected.kind) break;
        this.#same(found.length, expected.length, "list length");
        return this.check(found.item, expected.item);
      case "option":
        if (found.kind !== expected.kind) break;
        return this.check(found.item, expected.item);
      case "map":
        if (found.kind !== expected.kind) break;
        this.check(found.key, expected.key);
        return this.check(found.value, expected.value);
      case "stream":
      case "future":
        if (found.kind !== expected.kind) break;
        return this.optional(found.item, expected.item, `${expected.kind} type`);
      case "own":
      case "borrow":
        if (found.kind !== expected.kind) break;
        return this.resource(found.resource, expected.resource);
      default:
        if (found.kind === expected.kind) return;
    }
    throw this.#mismatch(expected.kind, found.kind);
  }

  optional(found: ValueType | undefined, expected: ValueType | undefined, what: string): void {
    if (found === undefined || expected === undefined) {
      if (found !== expected) {
        throw this.#fault(
          found === undefined ? `expected a ${what}, found none` : `expected no ${what}, found one`,
        );
      }
      return;
    }
    this.check(found, expected);
  }

  #same(found: unknown, expected: unknown, what: string): void {
    if (found !== expected) throw this.#fault(`expected ${what} ${expected}, found ${found}`);
  }

  resource(found: ResourceType, expected: ResourceType): void {
    if (found !== expected) throw this.#fault("resource types are not the same");
  }

  #mismatch(expected: string, found: string): Error {
    return this.#fault(`expected ${expected}, found ${found}`);
  }
}
