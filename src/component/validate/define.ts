import type { Context } from "./context.ts";
import type {
  CoreModuleDeclaration,
  CoreTypeDefinition,
  LabelledRef,
  TypeDefinition,
  TypeRef,
} from "../decode/definitions.ts";
import type { CoreType } from "./core-types.ts";
import { invalid } from "../faults.ts";
import { isLabel } from "./names.ts";
import type { CoreTypeEntry, Scope } from "./scope.ts";
import type {
  CoreExternType,
  CoreImport,
  CoreModuleType,
  FuncType,
  NamedType,
  Primitive,
  ValueType,
} from "../types.ts";

/** By the opcode's distance from 0x80. */
const primitives: readonly ValueType[] = (
  " bool s8 u8 s16 u16 s32 u32 s64 u64 f32 f64 char string".split(" ") as Primitive[]
).map((kind) => ({ kind }));

const errorContext: ValueType = { kind: "error-context" };

type ValueDefinition = Exclude<
  TypeDefinition,
  { readonly kind: "func" | "component" | "instance" | "resource" }
>;

/** Binary.md, "Type Definitions": the kinds that don't open a scope. */
export class Definer {
  readonly #context: Context;
  readonly #scope: Scope;
  readonly #offset: number;

  constructor(context: Context, scope: Scope, offset: number) {
    this.#context = context;
    this.#scope = scope;
    this.#offset = offset;
  }

  /** A value type that is referred to. */
  value(ref: TypeRef): ValueType {
    if (ref < 0) return primitives[-ref] ?? errorContext;
    const entry = this.#scope.at("type", ref, this.#offset);
    if (entry.kind !== "value") throw this.#fault(`type index ${ref} is not a defined type`);
    return entry.type;
  }

  optional(ref: TypeRef | undefined): ValueType | undefined {
    return ref === undefined ? undefined : this.value(ref);
  }

  define(definition: ValueDefinition): ValueType {
    switch (definition.kind) {
      case "primitive":
        return this.value(definition.type);
      case "own":
      case "borrow": {
        const entry = this.#scope.resourceAt(definition.resource, this.#offset);
        const type: ValueType = { kind: definition.kind, resource: entry.resource };
        return this.#context.facts.define(type, this.#offset, entry);
      }
      default:
        return this.#context.facts.define(this.#compound(definition), this.#offset);
    }
  }

  #compound(
    definition: Exclude<ValueDefinition, { readonly kind: "primitive" | "own" | "borrow" }>,
  ): ValueType {
    switch (definition.kind) {
      case "record":
        return { kind: "record", fields: this.#labelled(definition.fields, "record field") };
      case "variant":
        this.#labels(definition.cases.map(name), "variant case");
        return {
          kind: "variant",
          cases: definition.cases.map(({ name, type }) => ({ name, type: this.optional(type) })),
        };
      case "list":
        if (definition.length === 0) throw this.#fault("a list of length 0");
        return { kind: "list", item: this.value(definition.item), length: definition.length };
      case "tuple":
        if (definition.items.length === 0) throw this.#fault("at least one type is needed");
        return { kind: "tuple", items: definition.items.map((item) => this.value(item)) };
      case "flags":
        if (definition.names.length > 32) throw this.#fault("cannot have more than 32 flags");
        return this.#named(definition.kind, definition.names);
      case "enum":
        return this.#named(definition.kind, definition.names);
      case "option":
        return { kind: "option", item: this.value(definition.item) };
      case "result":
        return {
          kind: "result",
          ok: this.optional(definition.ok),
          err: this.optional(definition.err),
        };
      case "map": {
        const key = this.value(definition.key);
        if (!keyTypes.includes(key.kind))
          throw this.#fault(`${key.kind} can't be the key of a map`);
        return { kind: "map", key, value: this.value(definition.value) };
      }
      case "stream":
      case "future": {
        const item = this.optional(definition.item);
        if (item !== undefined && this.#context.facts.of(item).borrow) {
          throw this.#fault(`a ${definition.kind} can't hold a borrow`);
        }
        if (item?.kind === "char" && definition.kind === "stream") {
          throw this.#fault("`stream<char>` is not valid at this time");
        }
        return { kind: definition.kind, item };
      }
    }
  }

  func(definition: TypeDefinition & { readonly kind: "func" }): FuncType {
    const params = this.#labelled(definition.params, "function parameter", true);
    const result = this.optional(definition.result);
    const { facts } = this.#context;
    if (result !== undefined && facts.of(result).borrow) {
      throw this.#fault("a result can't hold a borrow");
    }
    const type: FuncType = { async: definition.async, params, result };
    const depths = params.map((param) => facts.of(param.type).depth);
    facts.nest(
      type,
      result === undefined ? depths : [...depths, facts.of(result).depth],
      this.#offset,
    );
    return type;
  }

  #named(kind: "flags" | "enum", names: readonly string[]): ValueType {
    this.#labels(names, kind);
    return { kind, names };
  }

  #labelled(fields: readonly LabelledRef[], what: string, empty = false): NamedType[] {
    this.#labels(fields.map(name), what, empty);
    return fields.map(({ name, type }) => ({ name, type: this.value(type) }));
  }

  /** Labels are in kebab-case and differ by more than case. */
  #labels(names: readonly string[], what: string, empty = false): void {
    if (names.length === 0 && !empty) throw this.#fault(`at least one ${what} is needed`);
    const seen = new Set<string>();
    for (const name of names) {
      if (!isLabel(name)) throw this.#fault(`${what} \`${name}\` is not in kebab case`);
      const form = name.toLowerCase();
      if (seen.has(form)) throw this.#fault(`${what} \`${name}\` conflicts with a previous one`);
      seen.add(form);
    }
  }

  /** Appends core types to the scope. */
  core(definition: CoreTypeDefinition): void {
    const coreTypes = this.#scope.space("core-type");
    if (definition.kind === "module") {
      coreTypes.push({ kind: "module", type: this.#module(definition.items) });
      return;
    }
    const lookup = (index: number): CoreType => this.#coreType(coreTypes[index], index);
    const { types } = definition;
    const table = this.#context.coreTypes;
    for (const type of table.group(types, coreTypes.length, lookup, this.#offset)) {
      coreTypes.push({ kind: "type", type });
    }
  }

  #module(items: readonly CoreModuleDeclaration[]): CoreModuleType {
    const types: CoreType[] = [];
    const imports = new Map<string, CoreImport>();
    const exports = new Map<string, CoreExternType>();
    const table = this.#context.coreTypes;
    const lookup = (index: number): CoreType => types[index] ?? this.#coreType(undefined, index);
    for (const item of items) {
      switch (item.kind) {
        case "type":
          if (item.type.kind === "module")
            throw invalid(item.offset, "a module type in a module type");
          for (const type of table.group(item.type.types, types.length, lookup, item.offset)) {
            types.push(type);
          }
          break;
        case "alias": {
          const { count, index, offset } = item;
          types.push(
            count === 0
              ? lookup(index)
              : this.#coreType(
                  this.#scope.outer(count - 1, offset).space("core-type")[index],
                  index,
                ),
          );
          break;
        }
        case "import": {
          const { module, name, offset } = item;
          const both = `${module}\0${name}`;
          if (imports.has(both))
            throw invalid(offset, `duplicate import name \`${module}:${name}\``);
          imports.set(both, { module, name, type: table.extern(item.type, lookup, offset) });
          break;
        }
        case "export":
          if (exports.has(item.name)) {
            throw invalid(item.offset, `export name \`${item.name}\` already defined`);
          }
          exports.set(item.name, table.extern(item.type, lookup, item.offset));
          break;
      }
    }
    return { imports: [...imports.values()], exports };
  }

  #coreType(entry: CoreTypeEntry | undefined, index: number): CoreType {
    if (entry === undefined) throw this.#fault(`unknown type ${index}: type index out of bounds`);
    if (entry.kind === "module") throw this.#fault(`type index ${index} is a module type`);
    return entry.type;
  }

  #fault(message: string): Error {
    return invalid(this.#offset, message);
  }
}

const keyTypes: readonly string[] = "bool s8 u8 s16 u16 s32 u32 s64 u64 char string".split(" ");

function name(one: { readonly name: string }): string {
  return one.name;
}
