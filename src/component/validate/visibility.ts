// Explainer.md, "External Visibility of Types": what an import or export mentions has a name
// outside. And which resource types a type mentions at all.

import type { Context } from "./context.ts";
import { partsOf } from "./parts.ts";
import type { Names, Scope } from "./scope.ts";
import type {
  Extern,
  ExternType,
  FuncType,
  ResourceType,
  TypeExtern,
  ValueType,
} from "../types.ts";

/** Whether `type` may be imported or exported under a name; if so, what it names is visible now. */
export function makeVisible(
  context: Context,
  scope: Scope,
  type: ExternType,
  as: "imports" | "exports",
): boolean {
  return scope.kind === "instance-type" || new Visibility(context, scope, as).register(type);
}

class Visibility {
  readonly #context: Context;
  readonly #names: Names;
  /** What is imported may be exported too. */
  readonly #sets: readonly Set<object>[];

  constructor(context: Context, scope: Scope, as: "imports" | "exports") {
    this.#context = context;
    this.#names = scope[as];
    this.#sets =
      as === "imports" ? [scope.imports.visible, scope.exports.visible] : [scope.exports.visible];
  }

  register(type: ExternType): boolean {
    this.#context.work.step();
    switch (type.kind) {
      case "type":
        if (!this.#entry(type.type)) return false;
        for (const set of this.#sets) {
          set.add(type.type.kind === "value" ? type.type.type : type.type);
        }
        return true;
      case "instance":
        return every(type.type.exports.values(), (extern) => this.register(extern.type));
      default:
        return this.#extern(type);
    }
  }

  #extern(type: ExternType): boolean {
    this.#context.work.step();
    switch (type.kind) {
      case "func":
        return this.#func(type.type);
      case "value":
        return this.#value(type.type);
      case "type":
        return this.#entry(type.type);
      case "instance":
        return every(type.type.exports.values(), (extern) => this.#extern(extern.type));
      default:
        return true;
    }
  }

  /** A type that is being given a name: only its parts need names. */
  #entry(entry: TypeExtern): boolean {
    switch (entry.kind) {
      case "value":
        return this.#parts(entry.type);
      case "resource":
        return true;
      default:
        return this.#extern(entry);
    }
  }

  #func(type: FuncType): boolean {
    return (
      type.params.every((param) => this.#value(param.type)) &&
      (type.result === undefined || this.#value(type.result))
    );
  }

  #value(type: ValueType): boolean {
    switch (type.kind) {
      case "record":
      case "variant":
      case "enum":
      case "flags":
        return this.#names.visible.has(type);
      default:
        return this.#parts(type);
    }
  }

  #parts(type: ValueType): boolean {
    this.#context.work.step();
    const alias = this.#context.facts.of(type).alias;
    if (alias !== undefined) return this.#names.visible.has(alias);
    return every(partsOf(type), (part) => part === undefined || this.#value(part));
  }
}

function every<Item>(items: Iterable<Item>, holds: (item: Item) => boolean): boolean {
  for (const item of items) if (!holds(item)) return false;
  return true;
}

/** The resource types that types mention and do not define themselves. */
export class Mentions {
  readonly found: Set<ResourceType> = new Set();
  readonly #seen: Set<object> = new Set();
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  externs(externs: Iterable<Extern>): void {
    for (const extern of externs) this.extern(extern.type);
  }

  extern(type: ExternType): void {
    this.#context.work.step();
    switch (type.kind) {
      case "module":
        return;
      case "value":
        return this.#value(type.type);
      case "type":
        return this.entry(type.type);
    }
    if (this.#seen.has(type.type)) return;
    this.#seen.add(type.type);
    switch (type.kind) {
      case "func":
        this.#context.work.step(type.type.params.length);
        for (const param of type.type.params) this.#value(param.type);
        if (type.type.result !== undefined) this.#value(type.type.result);
        return;
      case "instance":
        this.externs(type.type.exports.values());
        for (const { resource } of type.type.resources) this.found.delete(resource);
        return;
      case "component":
        this.externs(type.type.imports.values());
        this.externs(type.type.exports.values());
        for (const { resource } of type.type.importedResources) this.found.delete(resource);
        for (const { resource } of type.type.exportedResources) this.found.delete(resource);
    }
  }

  entry(entry: TypeExtern): void {
    if (entry.kind === "resource") this.found.add(entry.resource);
    else this.extern(entry);
  }

  #value(type: ValueType): void {
    if (!this.#context.facts.of(type).handle || this.#seen.has(type)) return;
    this.#seen.add(type);
    this.#context.work.step();
    if (type.kind === "own" || type.kind === "borrow") this.found.add(type.resource);
    else for (const part of partsOf(type)) if (part !== undefined) this.#value(part);
  }
}
