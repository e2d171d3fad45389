import { camelCase, pascalCase } from "../../component/js-names.ts";
import type { WireFunction } from "../wire/surface.ts";

export type Entry = (args: readonly unknown[]) => unknown;

/// What calls of an instance's exported functions enter, each found when it is first called.
export class Entries {
  readonly #exports: Readonly<Record<string, unknown>>;
  /// By the function's place.
  readonly #found: Entry[] = [];

  constructor(exports: Readonly<Record<string, unknown>>) {
    this.#exports = exports;
  }

  of(func: WireFunction): Entry {
    return (this.#found[func.index] ??= entryOf(func, this.#exports));
  }
}

type AnyFunction = (...args: readonly unknown[]) => unknown;

function entryOf(
  { scope, parsed, name }: WireFunction,
  exports: Readonly<Record<string, unknown>>,
): Entry {
  const items = (scope === undefined ? exports : exports[scope]) as Record<string, unknown>;
  const key = camelCase(parsed.label);
  if (parsed.resource === undefined) {
    const func = items[scope === undefined ? name : key] as AnyFunction;
    return (args) => func(...args);
  }
  const Class = items[pascalCase(parsed.resource)] as new (...args: readonly unknown[]) => object;
  if (parsed.call === "constructor") return (args) => new Class(...args);
  if (parsed.call === "static") {
    const func = Reflect.get(Class, key) as AnyFunction;
    return (args) => func(...args);
  }
  const method = Reflect.get(Class.prototype as object, key) as AnyFunction;
  return ([self, ...rest]) => Reflect.apply(method, self, rest);
}
