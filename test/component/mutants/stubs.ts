// What a component may be given and called with when nobody knows what it is.
import type { Component } from "../../../src/component/index.ts";
import { camelCase, JsNames, parseFuncName, pascalCase } from "../../../src/component/js-names.ts";
import type { Extern, FuncType, ValueType } from "../../../src/component/types.ts";

type Functions = Record<string, unknown>;

/** Something for each import. */
export function stubImports(component: Component): Readonly<Record<string, unknown>> {
  const imports: Functions = {};
  for (const { name, type } of component.imports) {
    if (type.kind === "instance") {
      imports[name] = stubInterface([...type.type.exports.values()]);
    } else Object.assign(imports, stubInterface([{ name, type }]));
  }
  return imports;
}

function stubInterface(externs: readonly Pick<Extern, "name" | "type">[]): Functions {
  const made: Functions = {};
  const classOf = (name: string) => (made[name] ??= class {}) as new () => object;
  const named = (kind: string) =>
    externs.flatMap(({ name, type }) => (type.kind === kind ? [name] : []));
  const names = new JsNames(named("func"), named("type"));
  for (const { name, type } of externs) {
    if (type.kind === "type") made[names.class(name)] ??= class {};
    if (type.kind !== "func") continue;
    const value = () => plainValue(answerOf(type.type), classOf);
    const { call, resource } = parseFuncName(name);
    if (resource === undefined) made[names.function(name)] = value;
    else if (call !== "constructor") {
      const owner = classOf(names.class(resource));
      const target = call === "method" ? (owner.prototype as Functions) : owner;
      Object.defineProperty(target, names.function(name), { value });
    }
  }
  return made;
}

// Of a function that may fail, what it answers when it does not.
function answerOf({ result }: FuncType): ValueType | undefined {
  return result?.kind === "result" ? result.ok : result;
}

/** Arguments for a function. */
export function plainArguments({ params }: FuncType): readonly unknown[] {
  return params.map(({ type }) => plainValue(type, () => class {}));
}

function plainValue(
  type: ValueType | undefined,
  classOf: (name: string) => new () => object,
): unknown {
  const inner = (one: ValueType | undefined) => plainValue(one, classOf);
  switch (type?.kind) {
    case undefined:
    case "option":
      return undefined;
    case "bool":
      return true;
    case "u64":
    case "s64":
      return 3n;
    case "char":
      return "c";
    case "string":
      return "text é";
    case "list":
      if ((type.length ?? 2) > 100) return undefined;
      return Array.from({ length: type.length ?? 2 }, () => inner(type.item));
    case "map":
      return new Map([[inner(type.key), inner(type.value)]]);
    case "record":
      return Object.fromEntries(type.fields.map((one) => [camelCase(one.name), inner(one.type)]));
    case "tuple":
      return type.items.map(inner);
    case "flags":
      return {};
    case "enum":
      return type.names[0];
    case "variant":
      return { tag: type.cases[0]?.name, val: inner(type.cases[0]?.type) };
    case "result":
      return { tag: "ok", val: inner(type.ok) };
    case "own":
    case "borrow":
      return new (classOf(pascalCase(type.resource.name ?? "")))();
    case "stream":
    case "future":
    case "error-context":
      return undefined;
    default:
      return 3;
  }
}
