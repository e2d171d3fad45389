// The definitions that component types and instance types share with components.

import type { Context } from "./context.ts";
import { Definer } from "./define.ts";
import type { Declaration, Definition, Sort, TypeDefinition } from "../decode/definitions.ts";
import { introduce, resolveExtern, type Introduced } from "./externs.ts";
import { invalid } from "../faults.ts";
import { Scope } from "./scope.ts";
import type {
  AbstractResource,
  ComponentType,
  Extern,
  ExternType,
  InstanceType,
  ResourceType,
  TypeExtern,
} from "../types.ts";
import { Mentions } from "./visibility.ts";

/** Adds what a declaration declares to the scope. */
export function declare(
  context: Context,
  scope: Scope,
  declaration: Declaration,
  offset: number,
): Introduced | undefined {
  switch (declaration.kind) {
    case "core-type":
      new Definer(context, scope, offset).core(declaration.type);
      return undefined;
    case "type":
      scope.add("type", defineType(context, scope, declaration.type, offset));
      return undefined;
    case "alias-export":
      aliasExport(scope, declaration.sort, declaration.instance, declaration.name, offset);
      return undefined;
    case "alias-core-export":
      throw invalid(offset, "types may alias only types and instances");
    case "alias-outer":
      aliasOuter(context, scope, declaration.sort, declaration.count, declaration.index, offset);
      return undefined;
    case "import":
    case "export-declaration": {
      const { name, type, kind } = declaration;
      const resolved = resolveExtern(context, scope, type, name.name, offset);
      const as = kind === "import" ? "imports" : "exports";
      // A bound that says what a type is opens nothing.
      const fresh = type.kind === "resource" || type.kind === "instance";
      return introduce(context, scope, as, name, resolved, fresh, offset);
    }
  }
}

function defineType(
  context: Context,
  scope: Scope,
  definition: TypeDefinition,
  offset: number,
): TypeExtern {
  switch (definition.kind) {
    case "func":
      return { kind: "func", type: new Definer(context, scope, offset).func(definition) };
    case "instance": {
      const inner = declareAll(context, new Scope("instance-type", scope), definition.items);
      return { kind: "instance", type: finishInstance(context, inner, offset) };
    }
    case "component": {
      const inner = declareAll(context, new Scope("component-type", scope), definition.items);
      return { kind: "component", type: finishComponent(context, inner, offset) };
    }
    case "resource":
      throw invalid(offset, "a type can't define resources");
    default: {
      const type = new Definer(context, scope, offset).define(definition);
      return { kind: "value", type, of: undefined };
    }
  }
}

function declareAll(context: Context, scope: Scope, items: readonly Definition[]): Scope {
  for (const item of items) declare(context, scope, item as Declaration, item.offset);
  return scope;
}

/** The type of an instance that `scope` declares. */
function finishInstance(context: Context, scope: Scope, offset: number): InstanceType {
  const exports = scope.exports.externs;
  const paths = resourcePaths(context, exports);
  const type = { exports, resources: placed(scope.definedResources, paths, offset) };
  context.facts.nest(type, depths(context, exports), offset);
  return type;
}

/** The type of the component that `scope` declares or defines. */
export function finishComponent(context: Context, scope: Scope, offset: number): ComponentType {
  const [imports, exports] = [scope.imports.externs, scope.exports.externs];
  let exportedResources: readonly AbstractResource[] = [];
  if (scope.definedResources.size > 0) {
    const imported = new Mentions(context);
    imported.externs(imports.values());
    const exported = new Mentions(context);
    exported.externs(exports.values());
    for (const resource of scope.definedResources) {
      if (imported.found.has(resource)) {
        throw invalid(offset, "an import uses a resource of this component");
      }
    }
    const used = [...scope.definedResources].filter((resource) => exported.found.has(resource));
    exportedResources = placed(used, resourcePaths(context, exports), offset);
  }
  const { importedResources } = scope;
  const type = { imports, exports, importedResources, exportedResources };
  const all = [...depths(context, imports), ...depths(context, exports)];
  context.facts.nest(type, all, offset);
  return type;
}

function placed(
  resources: Iterable<ResourceType>,
  paths: ReadonlyMap<ResourceType, readonly string[]>,
  offset: number,
): AbstractResource[] {
  return Array.from(resources, (resource) => {
    const path = paths.get(resource);
    if (path === undefined) {
      throw invalid(offset, "an exported item uses a resource that is not exported");
    }
    return { resource, path };
  });
}

/** Where each resource type is exported first. */
function resourcePaths(
  context: Context,
  exports: ReadonlyMap<string, Extern>,
): ReadonlyMap<ResourceType, readonly string[]> {
  const paths = new Map<ResourceType, readonly string[]>();
  const seen = new Set<object>();
  const walk = (externs: ReadonlyMap<string, Extern>, path: readonly string[]): void => {
    for (const [name, { type }] of externs) {
      context.work.step();
      if (type.kind === "type" && type.type.kind === "resource") {
        const { resource } = type.type;
        if (!paths.has(resource)) paths.set(resource, [...path, name]);
      } else if (type.kind === "instance" && !seen.has(type.type)) {
        seen.add(type.type);
        walk(type.type.exports, [...path, name]);
      }
    }
  };
  walk(exports, []);
  return paths;
}

/** How deep the types are in an instance's or component's type. */
export function* depths(
  context: Context,
  externs: ReadonlyMap<string, Extern>,
): Generator<number, void, undefined> {
  for (const { type } of externs.values()) yield depthOf(context, type);
}

function depthOf(context: Context, type: ExternType): number {
  switch (type.kind) {
    case "module":
      return 1;
    case "value":
      return context.facts.of(type.type).depth;
    case "type":
      return type.type.kind === "resource" ? 1 : depthOf(context, type.type);
    default:
      return context.facts.depth(type.type);
  }
}

export function aliasExport(
  scope: Scope,
  sort: Sort,
  instance: number,
  name: string,
  offset: number,
): ExternType {
  if (scope.kind !== "component" && sort !== "type" && sort !== "instance") {
    throw invalid(offset, "types may alias only types and instances");
  }
  const extern = scope.at("instance", instance, offset).exports.get(name);
  if (extern === undefined) {
    throw invalid(offset, `instance ${instance} has no export named \`${name}\``);
  }
  if (extern.type.kind !== sort) {
    throw invalid(offset, `export \`${name}\` for instance ${instance} is not a ${sort}`);
  }
  scope.push(extern.type);
  return extern.type;
}

export function aliasOuter(
  context: Context,
  scope: Scope,
  sort: Sort,
  count: number,
  index: number,
  offset: number,
): void {
  if (scope.kind !== "component" && sort !== "type" && sort !== "core-type") {
    throw invalid(offset, "types may alias only types and instances");
  }
  const entry = scope.outer(count, offset).at(sort, index, offset);
  if (sort === "type" && count > 0 && scope.outer(count - 1, offset).kind === "component") {
    const mentions = new Mentions(context);
    mentions.entry(entry as TypeExtern);
    if (mentions.found.size > 0) {
      throw invalid(offset, "an outer alias refers to resources of another component");
    }
  }
  scope.add(sort, entry);
}
