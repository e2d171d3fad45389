// A component's definitions, one after the other, into items for linking.

import { checkModuleSteps } from "../caps/module-scanner.ts";
import { startWork } from "../caps/tally.ts";
import { defineCanon } from "./canons.ts";
import type { Context } from "./context.ts";
import { readModuleType } from "./core-module.ts";
import { aliasExport, aliasOuter, declare, finishComponent } from "./declare.ts";
import { Definer } from "./define.ts";
import type {
  ComponentDefinition,
  Definition,
  DefinitionBody,
  TypeDefinition,
} from "../decode/definitions.ts";
import { introduce, renamed, resolveExtern } from "./externs.ts";
import { invalid } from "../faults.ts";
import { coreSort, InstanceDefiner } from "./instances.ts";
import { Reader } from "../decode/reader.ts";
import type { ComponentSort, ResolvedComponent, ResolvedItem } from "./resolved.ts";
import type { Steps } from "../decode/steps.ts";
import { Scope } from "./scope.ts";
import type { CoreModuleType, ExternType } from "../types.ts";

type Body<Kind extends DefinitionBody["kind"]> = DefinitionBody & { readonly kind: Kind };

export function validateComponent(
  context: Context,
  definition: ComponentDefinition,
  parent: Scope | undefined,
): Steps<ResolvedComponent> {
  return new ComponentValidator(context, parent).run(definition);
}

class ComponentValidator {
  readonly #context: Context;
  readonly #scope: Scope;
  readonly #instances: InstanceDefiner;
  readonly #items: ResolvedItem[] = [];

  constructor(context: Context, parent: Scope | undefined) {
    this.#context = context;
    this.#scope = new Scope("component", parent);
    this.#instances = new InstanceDefiner(context, this.#scope);
  }

  *run(definition: ComponentDefinition): Steps<ResolvedComponent> {
    for (const item of definition.items) {
      const resolved =
        item.kind === "component"
          ? yield* this.#component(item.component, item.offset)
          : item.kind === "module"
            ? yield* this.#module(item, item.offset)
            : this.#item(item, item.offset);
      if (resolved !== undefined) this.#items.push(resolved);
      yield;
    }
    const unused = this.#scope.space("value").findIndex((value) => !value.used);
    if (unused >= 0) throw invalid(definition.end, `value ${unused} is never used`);
    const type = finishComponent(this.#context, this.#scope, definition.end);
    return { type, items: this.#items, resourceCount: this.#context.resourceCount };
  }

  *#component(definition: ComponentDefinition, offset: number): Steps<ResolvedItem> {
    const component = yield* validateComponent(this.#context, definition, this.#scope);
    this.#scope.add("component", component.type);
    return { offset, kind: "component", component };
  }

  #item(
    item: Exclude<Definition, { readonly kind: "component" | "module" }>,
    offset: number,
  ): ResolvedItem | undefined {
    switch (item.kind) {
      case "custom":
        return undefined;
      case "value": {
        const type = new Definer(this.#context, this.#scope, offset).value(item.type);
        this.#scope.add("value", { type, used: false });
        const bytes = { offset: item.start, length: item.end - item.start };
        return { offset, kind: "value", type, bytes };
      }
      case "start":
        return this.#start(item, offset);
      case "core-instantiate":
        return this.#instances.coreInstantiate(item, offset);
      case "core-bundle":
        return this.#instances.coreBundle(item.exports, offset);
      case "instantiate":
        return this.#instances.instantiate(item, offset);
      case "bundle":
        return this.#instances.bundle(item, offset);
      case "canon":
        return defineCanon(this.#context, this.#scope, item.canon, offset);
      case "export":
        return this.#export(item, offset);
      case "type":
        if (item.type.kind === "resource") return this.#resource(item.type, offset);
        break;
      case "alias-export": {
        const { sort, instance, name } = item;
        aliasExport(this.#scope, sort, instance, name, offset);
        return { offset, kind: "alias-export", sort: sort as ComponentSort, instance, name };
      }
      case "alias-core-export":
        return this.#aliasCoreExport(item, offset);
      case "alias-outer": {
        const { sort, count, index } = item;
        aliasOuter(this.#context, this.#scope, sort, count, index, offset);
        if (sort !== "module" && sort !== "component") return undefined;
        return { offset, kind: "alias-outer", sort, count, index };
      }
      case "import": {
        const { extern, resources } = declare(this.#context, this.#scope, item, offset)!;
        const inside = resources.map(({ resource, path }) => ({ resource, path }));
        return { offset, kind: "import", extern, resources: inside };
      }
    }
    declare(this.#context, this.#scope, item, offset);
    return undefined;
  }

  *#module({ start, end }: Body<"module">, offset: number): Steps<ResolvedItem> {
    const { bytes, rules, tally, depth, sums } = this.#context;
    const range = { offset: start, length: end - start };
    const sizes = yield* checkModuleSteps(bytes, range, rules, depth, sums);
    const { moduleTypes, moduleTypeParts, moduleImports, moduleExports } = sizes;
    const parts = [moduleTypes, moduleTypeParts, moduleImports, moduleExports];
    for (const count of parts) tally.add("componentCoreParts", start, count);
    yield;
    const reader = new Reader(bytes, start, end);
    const type = readModuleType(reader, this.#context.coreTypes);
    this.#scope.add("module", type);
    return {
      offset: start,
      kind: "core-module",
      type,
      length: end - offset,
      startWork: startWork(sizes),
      memories: sizes.moduleMemories - importedMemories(type),
    };
  }

  #resource(
    { rep, destructor }: TypeDefinition & { readonly kind: "resource" },
    offset: number,
  ): ResolvedItem {
    if (rep !== "i32" && rep !== "i64") {
      throw invalid(offset, "resources can only be represented by `i32` or `i64`");
    }
    if (destructor !== undefined) {
      const { params, results } = this.#scope.coreFuncAt(destructor, offset);
      if (params.join() !== rep || results.length > 0) {
        throw invalid(offset, `the destructor has another signature`);
      }
    }
    const resource = this.#context.resource(undefined);
    this.#scope.definedResources.add(resource);
    this.#scope.representations.set(resource, rep);
    this.#scope.add("type", { kind: "resource", resource });
    return { offset, kind: "resource", resource, rep, destructor };
  }

  #start({ func, args, results }: Body<"start">, offset: number): ResolvedItem {
    const type = this.#scope.at("func", func, offset);
    if (type.params.length !== args.length) {
      throw invalid(offset, `start function takes ${type.params.length} arguments`);
    }
    if (results !== (type.result === undefined ? 0 : 1)) {
      throw invalid(offset, "start function has another number of results");
    }
    const subtyping = this.#context.subtyping(offset);
    for (const [index, param] of type.params.entries()) {
      subtyping.value(this.#scope.useValue(args[index]!, offset), param.type);
    }
    if (type.result !== undefined) this.#scope.add("value", { type: type.result, used: false });
    return { offset, kind: "start", func, type, args };
  }

  #aliasCoreExport(
    { sort, instance, name }: Body<"alias-core-export">,
    offset: number,
  ): ResolvedItem {
    const kind = coreSort(sort);
    const type = this.#scope.at("core-instance", instance, offset).get(name);
    if (type === undefined) {
      throw invalid(offset, `core instance ${instance} has no export named \`${name}\``);
    }
    if (type.kind !== kind) {
      throw invalid(offset, `export \`${name}\` for core instance ${instance} is not a ${kind}`);
    }
    this.#scope.add(`core-${kind}`, type);
    return { offset, kind: "alias-core-export", sort: kind, instance, name };
  }

  #export({ name, item, type: ascribed }: Body<"export">, offset: number): ResolvedItem {
    const [context, scope] = [this.#context, this.#scope];
    const reference = this.#instances.reference(item, offset);
    let type = scope.externAt(item, offset);
    if (type.kind === "type") type = { kind: "type", type: renamed(context, type.type) };
    if (type.kind === "value" && context.facts.of(type.type).borrow) {
      throw invalid(offset, "an exported value cannot contain a `borrow` type");
    }
    if (ascribed !== undefined) {
      const given = resolveExtern(context, scope, ascribed, name.name, offset);
      checkAscription(context, type, given, offset);
      type = given;
    }
    const fresh = ascribed?.kind === "resource" || ascribed?.kind === "instance";
    const { extern, resources } = introduce(context, scope, "exports", name, type, fresh, offset);
    return { offset, kind: "export", extern, item: reference, resources };
  }
}

function importedMemories({ imports }: CoreModuleType): number {
  return imports.filter(({ type }) => type.kind === "memory").length;
}

/** An export may say less about itself than is known. */
function checkAscription(
  context: Context,
  found: ExternType,
  given: ExternType,
  offset: number,
): void {
  const subtyping = context.subtyping(offset);
  // What the ascribed type leaves open is whatever is there.
  const name = "";
  const extern = (type: ExternType) => ({
    name,
    type,
    implements: undefined,
    versionSuffix: undefined,
    externalId: undefined,
  });
  const open =
    given.kind === "instance"
      ? given.type.resources
      : given.kind === "type" && given.type.kind === "resource"
        ? [{ resource: given.type.resource, path: [] }]
        : [];
  subtyping.open(
    new Map([[name, { type: found }]]),
    new Map([[name, extern(given)]]),
    open.map(({ resource, path }) => ({ resource, path: [name, ...path] })),
    "export",
  );
}
