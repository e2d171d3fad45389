// Explainer.md, "Type Checking": what may stand where something of another type is asked for.

import { isCoreSubtype, type CoreFault } from "./core-types.ts";
import { Equality } from "./equality.ts";
import type { FactTable } from "./facts.ts";
import { invalid } from "../faults.ts";
import { Remapping } from "./remapping.ts";
import type { Work } from "../caps/tally.ts";
import type {
  AbstractResource,
  ComponentType,
  CoreModuleType,
  Extern,
  ExternType,
  FuncType,
  InstanceType,
  ResourceType,
  TypeExtern,
  ValueType,
} from "../types.ts";

type Externs = ReadonlyMap<string, { readonly type: ExternType }>;

/** Throws `component-invalid` at `offset` where one type is not what another asks for. */
export class Subtyping {
  readonly #facts: FactTable;
  readonly #work: Work;
  readonly #offset: number;
  /** Where in the types the check is, for messages. */
  readonly #path: string[] = [];
  readonly #values: Equality;

  constructor(facts: FactTable, work: Work, offset: number) {
    this.#facts = facts;
    this.#work = work;
    this.#offset = offset;
    this.#values = new Equality(work, (message) => this.#fault(message));
  }

  extern(found: ExternType, expected: ExternType): void {
    this.#work.step();
    if (found === expected) return;
    switch (expected.kind) {
      case "func":
        if (found.kind === expected.kind) return this.func(found.type, expected.type);
        break;
      case "value":
        if (found.kind === expected.kind) return this.#values.check(found.type, expected.type);
        break;
      case "type":
        if (found.kind === expected.kind) return this.#type(found.type, expected.type);
        break;
      case "instance":
        if (found.kind === expected.kind) return this.instance(found.type, expected.type);
        break;
      case "component":
        if (found.kind === expected.kind) return this.#component(found.type, expected.type);
        break;
      case "module":
        if (found.kind === expected.kind) return this.#module(found.type, expected.type);
        break;
    }
    throw this.#mismatch(expected.kind, found.kind);
  }

  /**
   * Checks what is given against everything that is asked for. Returns what the resource types that
   * `asked` leaves open become, and the entries that arguments replace.
   */
  open(
    given: Externs,
    asked: ReadonlyMap<string, Extern>,
    resources: readonly AbstractResource[],
    what: "import" | "export",
  ): Remapping {
    const found = new Map<ResourceType, ResourceType>();
    for (const { resource, path } of resources) {
      const actual = resourceAt(given, path);
      if (actual !== undefined) found.set(resource, actual);
    }
    const expected = new Remapping(found, this.#facts, this.#work);
    const result = new Remapping(found, this.#facts, this.#work);
    for (const [name, extern] of asked) {
      const one = given.get(name);
      if (one === undefined) throw this.#fault(`missing ${what} named \`${name}\``);
      this.#within(`${what} \`${name}\``, () => {
        this.extern(one.type, expected.externType(extern.type));
      });
      this.#rename(extern.type, one.type, result);
    }
    return result;
  }

  /** Value types must be equal. */
  value(found: ValueType, expected: ValueType): void {
    this.#values.check(found, expected);
  }

  instance(found: InstanceType, expected: InstanceType): void {
    for (const [name, extern] of expected.exports) {
      const one = found.exports.get(name);
      if (one === undefined) throw this.#fault(`missing expected export \`${name}\``);
      this.#within(`instance export \`${name}\``, () => this.extern(one.type, extern.type));
    }
  }

  func(found: FuncType, expected: FuncType): void {
    if (found === expected) return;
    this.#work.step(1 + found.params.length);
    if (found.async !== expected.async) {
      throw this.#mismatch(...([expected, found].map(asyncness) as [string, string]));
    }
    if (found.params.length !== expected.params.length) {
      throw this.#mismatch(`${expected.params.length} parameters`, String(found.params.length));
    }
    for (const [index, param] of expected.params.entries()) {
      const one = found.params[index]!;
      if (one.name !== param.name) {
        throw this.#mismatch(`parameter named \`${param.name}\``, `\`${one.name}\``);
      }
      this.#values.check(one.type, param.type);
    }
    this.#values.check(found.result, expected.result);
  }

  #type(found: TypeExtern, expected: TypeExtern): void {
    if (found.kind === "resource" && expected.kind === "resource") {
      return this.#values.resource(found.resource, expected.resource);
    }
    if (found.kind === "resource" || expected.kind === "resource") {
      throw this.#mismatch(expected.kind, found.kind);
    }
    this.extern(found, expected);
  }

  /**
   * Whether a `found` may be used as an `expected`: `expected`'s imports must satisfy `found`,
   * whose exports, made with them, must satisfy `expected`.
   */
  #component(found: ComponentType, expected: ComponentType): void {
    const { imports, exports } = expected;
    const mapping = this.open(imports, found.imports, found.importedResources, "import");
    const made = mapping.externs(found.exports);
    this.open(made, exports, expected.exportedResources, "export");
  }

  #module(found: CoreModuleType, expected: CoreModuleType): void {
    this.#work.step(found.imports.length + expected.imports.length + expected.exports.size);
    const given = new Map(expected.imports.map((one) => [`${one.module}\0${one.name}`, one.type]));
    for (const { module, name, type } of found.imports) {
      const one = given.get(`${module}\0${name}`);
      if (one === undefined) {
        throw this.#fault(`missing expected import \`${module}::${name}\``);
      }
      this.core(isCoreSubtype(one, type), `import \`${module}::${name}\``);
    }
    for (const [name, type] of expected.exports) {
      const one = found.exports.get(name);
      if (one === undefined) throw this.#fault(`missing expected export \`${name}\``);
      this.core(isCoreSubtype(one, type), `export \`${name}\``);
    }
  }

  core(fault: CoreFault, where: string): void {
    if (fault !== undefined) throw this.#fault(`type mismatch in ${where}: ${fault}`);
  }

  #rename(asked: ExternType, given: ExternType, result: Remapping): void {
    if (asked.kind === "type" && given.kind === "type") {
      if (asked.type !== given.type) result.renameEntry(asked.type, given.type);
    } else if (asked.kind === "instance" && given.kind === "instance") {
      this.#work.step();
      for (const [name, extern] of asked.type.exports) {
        this.#rename(extern.type, given.type.exports.get(name)!.type, result);
      }
    }
  }

  #within(where: string, check: () => void): void {
    this.#path.push(where);
    check();
    this.#path.pop();
  }

  #mismatch(expected: string, found: string): Error {
    return this.#fault(`expected ${expected}, found ${found}`);
  }

  #fault(message: string): Error {
    return invalid(this.#offset, [...this.#path, message].join(": "));
  }
}

function asyncness(type: FuncType): string {
  return type.async ? "an async function" : "a sync function";
}

/** Follows exports by name; undefined where they lead to something other than a resource type. */
function resourceAt(given: Externs, path: readonly string[]): ResourceType | undefined {
  let externs = given;
  for (const [index, name] of path.entries()) {
    const type = externs.get(name)?.type;
    if (type === undefined) return undefined;
    if (index === path.length - 1) {
      return type.kind === "type" && type.type.kind === "resource" ? type.type.resource : undefined;
    }
    if (type.kind !== "instance") return undefined;
    externs = type.type.exports;
  }
  return undefined;
}
