// Binary.md, "Instance Definitions".

import type { Context } from "./context.ts";
import { isCoreSubtype } from "./core-types.ts";
import { depths } from "./declare.ts";
import type { DefinitionBody, NamedSortIndex, Sort, SortIndex } from "../decode/definitions.ts";
import { nameExtern } from "./externs.ts";
import { invalid } from "../faults.ts";
import type { Bundled, ComponentSort, CoreBundled, Reference, ResolvedItem } from "./resolved.ts";
import { type CoreExports, type Names, Scope } from "./scope.ts";
import type { AbstractResource, CoreExternType, CoreSort, ExternType } from "../types.ts";

type Body<Kind extends DefinitionBody["kind"]> = DefinitionBody & { readonly kind: Kind };

export class InstanceDefiner {
  readonly #context: Context;
  readonly #scope: Scope;

  constructor(context: Context, scope: Scope) {
    this.#context = context;
    this.#scope = scope;
  }

  coreInstantiate({ module, args }: Body<"core-instantiate">, offset: number): ResolvedItem {
    const type = this.#scope.at("module", module, offset);
    const given = new Map<string, CoreExports>();
    for (const { name, instance } of args) {
      if (given.has(name)) {
        throw invalid(offset, `two arguments named \`${name}\``);
      }
      given.set(name, this.#scope.at("core-instance", instance, offset));
    }
    const subtyping = this.#context.subtyping(offset);
    this.#context.work.step(type.imports.length);
    for (const wanted of type.imports) {
      const instance = given.get(wanted.module);
      if (instance === undefined) {
        throw invalid(offset, `missing argument \`${wanted.module}\``);
      }
      const found = instance.get(wanted.name);
      if (found === undefined) {
        throw invalid(offset, `argument \`${wanted.module}\` has no \`${wanted.name}\``);
      }
      subtyping.core(isCoreSubtype(found, wanted.type), `\`${wanted.module}\` \`${wanted.name}\``);
    }
    this.#scope.add("core-instance", type.exports);
    return { offset, kind: "core-instantiate", module, args };
  }

  coreBundle(exports: readonly NamedSortIndex[], offset: number): ResolvedItem {
    const types = new Map<string, CoreExternType>();
    const bundled = exports.map(({ name, sort, index }): CoreBundled => {
      if (types.has(name)) throw invalid(offset, `export name \`${name}\` already defined`);
      const kind = coreSort(sort);
      types.set(name, this.#scope.at(`core-${kind}`, index, offset));
      return { name, sort: kind, index };
    });
    this.#scope.add("core-instance", types);
    return { offset, kind: "core-bundle", exports: bundled };
  }

  instantiate({ component, args }: Body<"instantiate">, offset: number): ResolvedItem {
    const type = this.#scope.at("component", component, offset);
    const given = new Map<string, { readonly type: ExternType }>();
    const bundled = args.map((arg): Bundled => {
      const { name } = arg;
      if (given.has(name)) {
        throw invalid(offset, `two arguments named \`${name}\``);
      }
      given.set(name, { type: this.#scope.externAt(arg, offset) });
      return { name, ...this.reference(arg, offset) };
    });
    const mapping = this.#context
      .subtyping(offset)
      .open(given, type.imports, type.importedResources, "import");
    const resources = type.exportedResources.map(({ resource, path }): AbstractResource => {
      const made = this.#context.resource(resource.name);
      mapping.map(resource, made);
      this.#scope.definedResources.add(made);
      return { resource: made, path };
    });
    const instance = { exports: mapping.externs(type.exports), resources: [] };
    this.#context.facts.nest(instance, depths(this.#context, instance.exports), offset);
    this.#scope.add("instance", instance);
    return { offset, kind: "instantiate", component, args: bundled, type: instance, resources };
  }

  bundle({ exports }: Body<"bundle">, offset: number): ResolvedItem {
    const names = emptyNames();
    const bundled = exports.map(({ extern, item }): Bundled => {
      const type = this.#scope.externAt(item, offset);
      nameExtern(this.#context, names, extern, type, "exports", offset);
      return { name: extern.name, ...this.reference(item, offset) };
    });
    const type = { exports: names.externs, resources: [] };
    this.#context.facts.nest(type, depths(this.#context, type.exports), offset);
    this.#scope.add("instance", type);
    return { offset, kind: "bundle", exports: bundled, type };
  }

  /** What an index of a sort stands for in an item. */
  reference({ sort, index }: SortIndex, offset: number): Reference {
    if (sort !== "type") return { sort: sort as Exclude<ComponentSort, "type">, index };
    const entry = this.#scope.at("type", index, offset);
    return { sort, resource: entry.kind === "resource" ? entry.resource : undefined };
  }
}

export function coreSort(sort: Sort): CoreSort {
  return sort.slice("core-".length) as CoreSort;
}

function emptyNames(): Names {
  return new Scope("instance-type", undefined).exports;
}
