// Binary.md, "Import and Export Definitions".

import type { Context } from "./context.ts";
import { Definer } from "./define.ts";
import type { Attribute, ExternName, ExternRef } from "../decode/definitions.ts";
import { invalid } from "../faults.ts";
import { isVersion, parseExternName, uniqueForm, type ExternNameForm } from "./names.ts";
import type { Names, Scope } from "./scope.ts";
import type {
  AbstractResource,
  Extern,
  ExternType,
  ResourceType,
  TypeExtern,
  ValueType,
} from "../types.ts";
import { makeVisible } from "./visibility.ts";

/** The type that `ref` gives an import or export. A type gets an entry of its own. */
export function resolveExtern(
  context: Context,
  scope: Scope,
  ref: ExternRef,
  name: string,
  offset: number,
): ExternType {
  switch (ref.kind) {
    case "module": {
      const entry = scope.at("core-type", ref.type, offset);
      if (entry.kind === "module") return entry;
      break;
    }
    case "value":
      return { kind: "value", type: new Definer(context, scope, offset).value(ref.type) };
    case "value-equal":
      return { kind: "value", type: scope.at("value", ref.value, offset).type };
    case "type-equal":
      return { kind: "type", type: renamed(context, scope.at("type", ref.type, offset)) };
    case "resource":
      return { kind: "type", type: { kind: "resource", resource: context.resource(name) } };
    default: {
      const entry = scope.at("type", ref.type, offset);
      if (entry.kind === ref.kind) return entry;
    }
  }
  throw invalid(offset, `type index ${ref.type} is not a ${ref.kind} type`);
}

/** Another entry for the same type: equal to it, and visible apart from it. */
export function renamed(context: Context, entry: TypeExtern): TypeExtern {
  if (entry.kind !== "value") return { ...entry };
  const type = { ...entry.type };
  context.facts.derive(type, entry.type);
  return { kind: "value", type, of: entry.type };
}

export interface Introduced {
  readonly extern: Extern;
  /** Resource types that came into being with it, with paths from it. */
  readonly resources: readonly AbstractResource[];
}

/**
 * Gives something a name in `scope` and a place in its index spaces. `fresh` says that `type` was
 * written out, so that the resource types it leaves open are new ones.
 */
export function introduce(
  context: Context,
  scope: Scope,
  as: "imports" | "exports",
  externName: ExternName,
  type: ExternType,
  fresh: boolean,
  offset: number,
): Introduced {
  const opened = fresh ? open(context, type) : { type, resources: [] };
  for (const { resource, path } of opened.resources) {
    if (as === "exports") scope.definedResources.add(resource);
    else scope.importedResources.push({ resource, path: [externName.name, ...path] });
  }
  scope.push(opened.type, as === "exports");
  const names = scope[as];
  if (opened.type.kind === "type" && opened.type.type.kind === "resource") {
    names.resources.set(opened.type.type, externName.name);
    names.resourceNames.add(externName.name);
    nameResource(opened.type.type.resource, externName.name);
  }
  if (!makeVisible(context, scope, opened.type, as)) {
    throw invalid(offset, `${type.kind} not valid to be used as ${as.slice(0, -1)}`);
  }
  const extern = nameExtern(context, names, externName, opened.type, as, offset);
  return { extern, resources: opened.resources };
}

/** Makes the resource types that a written type leaves open new ones. */
function open(
  context: Context,
  type: ExternType,
): { type: ExternType; resources: AbstractResource[] } {
  if (type.kind === "type" && type.type.kind === "resource") {
    return { type, resources: [{ resource: type.type.resource, path: [] }] };
  }
  if (type.kind !== "instance" || type.type.resources.length === 0) return { type, resources: [] };
  const mapping = context.remapping();
  const resources = type.type.resources.map(({ resource, path }) => {
    const opened = context.resource(resource.name);
    mapping.map(resource, opened);
    return { resource: opened, path };
  });
  const exports = mapping.externs(type.type.exports);
  const instance = { exports, resources: [] };
  context.facts.derive(instance, type.type);
  return { type: { kind: "instance", type: instance }, resources };
}

/** A resource type is called what it was first called. */
function nameResource(resource: ResourceType, name: string): void {
  if (resource.name === undefined) (resource as { name: string | undefined }).name = name;
}

/** Checks a name and its attributes against what it names. */
export function nameExtern(
  context: Context,
  names: Names,
  { name, attributes }: ExternName,
  type: ExternType,
  as: "imports" | "exports",
  offset: number,
): Extern {
  const what = as.slice(0, -1);
  const form = parseExternName(name);
  if (form === undefined)
    throw invalid(offset, `${what} name \`${name}\` is not a valid extern name`);
  const extern = describe(name, form, attributes, type, offset);
  checkAnnotation(context, names, form, type, offset);
  const unique = uniqueForm(name, form);
  const previous = names.unique.get(unique);
  if (previous !== undefined) {
    throw invalid(offset, `${what} name \`${name}\` conflicts with previous name \`${previous}\``);
  }
  names.unique.set(unique, name);
  names.externs.set(name, extern);
  return extern;
}

function describe(
  name: string,
  form: ExternNameForm,
  attributes: readonly Attribute[],
  type: ExternType,
  offset: number,
): Extern {
  const value = (kind: Attribute["kind"]): string | undefined => {
    const found = attributes.filter((one) => one.kind === kind);
    if (found.length > 1) throw invalid(offset, `duplicate '${kind}' option in name`);
    return found[0]?.value;
  };
  const [of, suffix] = [value("implements"), value("version-suffix")];
  if (of !== undefined) {
    if (form.kind !== "label")
      throw invalid(offset, `name \`${name}\` is not valid with \`implements\``);
    if (type.kind !== "instance") throw invalid(offset, "only instances can have an `implements`");
    const interfaceForm = parseExternName(of);
    if (interfaceForm === undefined) throw invalid(offset, `\`${of}\` is not a valid name`);
    checkVersion(interfaceForm, undefined, offset);
    if (interfaceForm.kind !== "interface") {
      throw invalid(offset, `name \`${of}\` must be an interface`);
    }
  }
  checkVersion(form, suffix, offset);
  return {
    name,
    type,
    implements: of,
    versionSuffix: suffix,
    externalId: value("external-id"),
  };
}

function checkVersion(form: ExternNameForm, suffix: string | undefined, offset: number): void {
  const version = form.kind === "interface" ? form.version : undefined;
  if (version === undefined) {
    if (suffix !== undefined) throw invalid(offset, "a version suffix needs a version to follow");
  } else if (!isVersion(version, suffix)) {
    throw invalid(offset, `invalid interface version: ${version}${suffix ?? ""}`);
  }
}

/** `[constructor]`, `[method]` and `[static]` belong to a resource type of the same scope. */
function checkAnnotation(
  context: Context,
  names: Names,
  form: ExternNameForm,
  type: ExternType,
  offset: number,
): void {
  if (form.kind === "label" || form.kind === "interface") return;
  if (type.kind !== "func") throw invalid(offset, `\`[${form.kind}]\` is for functions`);
  const func = type.type;
  switch (form.kind) {
    case "constructor": {
      const { result } = func;
      const own = result?.kind === "result" ? result.ok : result;
      if (func.async || own?.kind !== "own") {
        throw invalid(offset, "a constructor is not async and returns `own`, or a result with it");
      }
      return checkResource(context, names, own, form.resource, offset);
    }
    case "method": {
      const self = func.params[0];
      if (self?.name !== "self" || self.type.kind !== "borrow") {
        throw invalid(offset, "a method takes `self`, a borrow, first");
      }
      return checkResource(context, names, self.type, form.resource, offset);
    }
    case "static":
      if (!names.resourceNames.has(form.resource)) {
        throw invalid(offset, `no resource is named \`${form.resource}\` here`);
      }
  }
}

function checkResource(
  context: Context,
  names: Names,
  handle: ValueType,
  expected: string,
  offset: number,
): void {
  const { alias } = context.facts.of(handle);
  const name = alias && names.resources.get(alias);
  if (name === undefined) {
    throw invalid(offset, "the function's resource has no name here");
  }
  if (name !== expected) {
    throw invalid(offset, `the function's resource is named \`${name}\`, not \`${expected}\``);
  }
}
