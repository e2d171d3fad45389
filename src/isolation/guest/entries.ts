import { type JsNames, worldNames } from "../../component/engine.ts";
import type { WireFunction, WireItems } from "../../component/wire/index.ts";

export type Entry = (args: readonly unknown[]) => unknown;

/** The exported functions of an instance. Each is looked up when it is first called. */
export class Entries {
  readonly #exports: Readonly<Record<string, unknown>>;
  /** By the function's index. */
  readonly #found: Entry[] = [];

  readonly #names: WireItems["names"];

  constructor(exports: Readonly<Record<string, unknown>>, { names }: WireItems) {
    this.#exports = exports;
    this.#names = names;
  }

  of(func: WireFunction): Entry {
    return (this.#found[func.index] ??= entryOf(func, this.#exports, this.#names.get(func.scope)!));
  }
}

type AnyFunction = (...args: readonly unknown[]) => unknown;

function entryOf(
  { scope, parsed, name }: WireFunction,
  exports: Readonly<Record<string, unknown>>,
  names: JsNames,
): Entry {
  const items = (scope === undefined ? exports : exports[scope]) as Record<string, unknown>;
  const key = names.function(name);
  if (parsed.resource === undefined) {
    const exact = scope === undefined ? worldNames(names, name)[0] : key;
    const func = items[exact] as AnyFunction;
    return (args) => func(...args);
  }
  const Class = items[names.class(parsed.resource)] as new (...args: readonly unknown[]) => object;
  if (parsed.call === "constructor") return (args) => new Class(...args);
  if (parsed.call === "static") {
    const func = Reflect.get(Class, key) as AnyFunction;
    return (args) => func(...args);
  }
  const method = Reflect.get(Class.prototype as object, key) as AnyFunction;
  return ([self, ...rest]) => Reflect.apply(method, self, rest);
}
