// CanonicalABI.md, "Canonical Definitions": their validation.

import type { Context } from "./context.ts";
import type { Canon } from "../decode/definitions.ts";
import { Definer } from "./define.ts";
import { signature } from "./core-types.ts";
import { invalid } from "../faults.ts";
import {
  checkLiftOptions,
  checkLowerOptions,
  flattenFunction,
  isWide,
  pointer,
  requireMemory,
  requireRealloc,
  resolveOptions,
  same,
} from "./options.ts";
import type { Builtin, CanonicalOptions, ResolvedItem } from "./resolved.ts";
import type { Scope } from "./scope.ts";
import type { CoreFuncType, CoreValueType, FuncType, ValueType } from "../types.ts";

/** Appends what the definition defines and answers the item for linking. */
export function defineCanon(
  context: Context,
  scope: Scope,
  canon: Canon,
  offset: number,
): ResolvedItem {
  const item = new CanonDefiner(context, scope, offset).define(canon);
  if (item.kind === "lift") scope.add("func", item.type);
  return item;
}

class CanonDefiner {
  readonly #context: Context;
  readonly #scope: Scope;
  readonly #offset: number;

  constructor(context: Context, scope: Scope, offset: number) {
    this.#context = context;
    this.#scope = scope;
    this.#offset = offset;
  }

  define(canon: Canon): ResolvedItem {
    switch (canon.name) {
      case "lift":
        return this.#lift(canon);
      case "lower":
        return this.#lower(canon);
      case "resource.new":
      case "resource.drop":
      case "resource.rep":
        return this.#resource(canon);
      default: {
        const [builtin, core] = this.#builtin(canon);
        this.#push(core);
        return { offset: this.#offset, kind: "builtin", builtin, core };
      }
    }
  }

  #push(type: CoreFuncType): CoreFuncType {
    this.#scope.add("core-func", { kind: "func", type });
    return type;
  }

  #lift(canon: Canon): ResolvedItem {
    const offset = this.#offset;
    const entry = this.#scope.at("type", canon.type!, offset);
    if (entry.kind !== "func") throw this.#fault(`type index ${canon.type} is not a function type`);
    const func = canon.func!;
    const core = this.#scope.coreFuncAt(func, offset);
    const options = resolveOptions(this.#scope, canon.options!, offset);
    checkLiftOptions(this.#scope, options, core, offset);
    const { type } = entry;
    const expected = flattenFunction(this.#context, type, options, "lift", offset);
    if (!same(core.params, expected.params) || !same(core.results, expected.results)) {
      throw this.#fault(
        `core function ${func} should be ${signature(expected)} and is ${signature(core)}`,
      );
    }
    return { offset, kind: "lift", func, type, core: expected, options };
  }

  #lower(canon: Canon): ResolvedItem {
    const offset = this.#offset;
    const func = canon.func!;
    const type = this.#scope.at("func", func, offset);
    const options = resolveOptions(this.#scope, canon.options!, offset);
    checkLowerOptions(options, offset);
    const core = this.#push(flattenFunction(this.#context, type, options, "lower", offset));
    return { offset, kind: "lower", func, type, core, options };
  }

  #resource(canon: Canon): ResolvedItem {
    const offset = this.#offset;
    const { resource } = this.#scope.resourceAt(canon.type!, offset);
    const rep = this.#scope.representations.get(resource);
    if (canon.name === "resource.drop") {
      this.#push(this.#context.coreTypes.func(["i32"], []));
      return { offset, kind: "resource-drop", resource, local: rep !== undefined };
    }
    if (rep === undefined) throw this.#fault(`type ${canon.type} is not a local resource`);
    const [kind, from, to] =
      canon.name === "resource.new"
        ? (["resource-new", rep, "i32"] as const)
        : (["resource-rep", "i32", rep] as const);
    this.#push(this.#context.coreTypes.func([from], [to]));
    return { offset, kind, resource, local: true };
  }

  #builtin(canon: Canon): readonly [Builtin, CoreFuncType] {
    const { name } = canon;
    const [family] = name.split(".");
    const { type: _index, options: _options, signature = ">", ...rest } = canon;
    switch (family) {
      case "task":
        if (name === "task.return") return this.#taskReturn(canon);
        break;
      case "stream":
      case "future": {
        const type = new Definer(this.#context, this.#scope, this.#offset).value(canon.type!);
        if (type.kind !== family) throw this.#fault(`\`${name}\` requires a ${family} type`);
        if (canon.options === undefined)
          return [{ ...rest, type }, this.#signature(signature, false)];
        const options = this.#copyOptions(canon, type.item);
        return [{ ...rest, type, options }, this.#signature(signature, options.wide)];
      }
      case "error-context": {
        if (canon.options === undefined) break;
        const options = resolveOptions(this.#scope, canon.options, this.#offset);
        checkLowerOptions(options, this.#offset);
        if (options.async) throw this.#fault(`cannot specify \`async\` option on \`${name}\``);
        requireMemory(options, true, this.#offset);
        requireRealloc(options, name === "error-context.debug-message", this.#offset);
        return [{ ...rest, options }, this.#signature(signature, options.wide)];
      }
      case "context":
        return this.#contextSlot(canon);
      case "thread":
        if (name.endsWith("-indirect") || name === "thread.spawn-ref") return this.#thread(canon);
    }
    const wide = rest.memory !== undefined && isWide(this.#scope, rest.memory, this.#offset);
    return [rest, this.#signature(signature, wide)];
  }

  #signature(signature: string, wide: boolean): CoreFuncType {
    const types = (letters: string): CoreValueType[] =>
      Array.from(letters, (letter) =>
        letter === "l" ? "i64" : letter === "p" ? pointer({ wide }) : "i32",
      );
    const [params, results] = signature.split(">");
    return this.#context.coreTypes.func(types(params!), types(results!));
  }

  #copyOptions(canon: Canon, item: ValueType | undefined): CanonicalOptions {
    const options = resolveOptions(this.#scope, canon.options!, this.#offset);
    checkLowerOptions(options, this.#offset);
    requireMemory(options, item !== undefined, this.#offset);
    const lowers = canon.name.endsWith("read") && item !== undefined;
    requireRealloc(options, lowers && this.#context.facts.of(item).pointer, this.#offset);
    return options;
  }

  #taskReturn(canon: Canon): readonly [Builtin, CoreFuncType] {
    const { name } = canon;
    const type = new Definer(this.#context, this.#scope, this.#offset).optional(canon.type);
    const options = resolveOptions(this.#scope, canon.options!, this.#offset);
    if (options.realloc !== undefined || options.async) {
      throw this.#fault("`task.return` takes no options but `memory` and string encodings");
    }
    checkLowerOptions(options, this.#offset);
    const params = type === undefined ? [] : [{ name: "v", type }];
    const func: FuncType = { async: false, params, result: undefined };
    const core = flattenFunction(this.#context, func, options, "lower", this.#offset);
    return [{ name, type, options }, core];
  }

  #contextSlot({ name, coreType, slot }: Canon): readonly [Builtin, CoreFuncType] {
    if (coreType !== "i32" && coreType !== "i64") {
      throw this.#fault(`\`${name}\` only supports \`i32\` or \`i64\``);
    }
    const type = (this.#scope.contextType ??= coreType);
    if (type !== coreType) throw this.#fault(`\`${name}\` type must match previous context type`);
    if (slot! > 1) throw this.#fault(`\`${name}\` immediate must be zero or one: ${slot}`);
    const types = this.#context.coreTypes;
    const core = name === "context.get" ? types.func([], [type]) : types.func([type], []);
    return [{ name, slot: slot!, wide: type === "i64" }, core];
  }

  #thread(canon: Canon): readonly [Builtin, CoreFuncType] {
    const { name, table, shared } = canon;
    const entry = this.#scope.at("core-type", canon.type!, this.#offset);
    const start = entry.kind === "type" ? entry.type : undefined;
    const argument = start?.func?.params.join();
    const sound = (argument === "i32" || argument === "i64") && start?.func?.results.length === 0;
    if (!sound) throw this.#fault("a thread starts with a function of one integer and no result");
    if (shared === true && start?.shared !== true) throw this.#fault("spawn type must be shared");
    const builtin = { name, ...(shared === undefined ? {} : { shared }) };
    const types = this.#context.coreTypes;
    if (table === undefined) {
      return [builtin, types.func([`(ref null ${start?.id})`, argument], ["i32"])];
    }
    const type = this.#scope.at("core-table", table, this.#offset);
    if (type.kind !== "table" || !/^\(ref null (shared )?func\)$/.test(type.element)) {
      throw this.#fault("a thread's table holds functions");
    }
    return [{ ...builtin, table }, types.func([pointer(type.limits), argument], ["i32"])];
  }

  #fault(message: string): Error {
    return invalid(this.#offset, message);
  }
}
