import {
  type ComponentType,
  type FuncType,
  readWitWorld,
  type ResourceType,
} from "../../component/wit-world.ts";
import { contractText } from "../../interfaces/generated/contract-text.ts";
import { KnownInterface } from "./interface.ts";

/** An application's own world. */
export interface GivenWorld {
  /** WIT files by their paths in a folder: `world.wit`, `deps/http/types.wit`. */
  readonly files: ReadonlyMap<string, string>;
  /** One of the folder's worlds. Default: the only one. */
  readonly world?: string | undefined;
}

/** What a program may export besides interfaces: a function of the world itself. */
export interface KnownExport {
  readonly name: string;
  readonly type: FuncType;
}

/** Where a resource type is defined. */
export interface ResourceHome {
  readonly owner: KnownInterface;
  readonly label: string;
}

/** The interfaces that programs in JavaScript can import and export, from WIT text. */
export class KnownWorlds {
  /** By name with the version. */
  readonly imports: Map<string, KnownInterface> = new Map();
  /** By name with the version. */
  readonly exports: Map<string, KnownInterface> = new Map();
  /** Functions that a world exports itself, by their names. */
  readonly functions: Map<string, KnownExport> = new Map();
  readonly #homes: Map<ResourceType, ResourceHome> = new Map();

  constructor(given: readonly GivenWorld[]) {
    this.#add(readWitWorld(new Map([["contract.wit", contractText]]), "stateful-plugin").type);
    for (const { files, world } of given) {
      this.#add(readWitWorld(withContract(files), world).type);
    }
  }

  /**
   * The interface that a module of this name stands for: `tenon:plugin/kv`, with a version or
   * without. Of several versions the last that was given.
   */
  imported(specifier: string): KnownInterface | undefined {
    const exact = this.imports.get(specifier);
    if (exact !== undefined || specifier.includes("@")) return exact;
    return [...this.imports.values()].findLast(({ base }) => base === specifier);
  }

  /** Undefined for a resource type that programs export themselves. */
  homeOf(resource: ResourceType): ResourceHome | undefined {
    return this.#homes.get(resource);
  }

  #add({ imports, exports }: ComponentType): void {
    const isNew = (resource: ResourceType): boolean => !this.#homes.has(resource);
    for (const { name, type } of imports.values()) {
      if (type.kind !== "instance") continue;
      const found = new KnownInterface(name, type.type, isNew);
      for (const { type: resource, label } of found.resources) {
        this.#homes.set(resource, { owner: this.imports.get(name) ?? found, label });
      }
      if (!this.imports.has(name)) this.imports.set(name, found);
    }
    for (const { name, type } of exports.values()) {
      if (type.kind === "func") this.functions.set(name, { name, type: type.type });
      if (type.kind !== "instance" || this.exports.has(name)) continue;
      this.exports.set(name, new KnownInterface(name, type.type, isNew));
    }
  }
}

/** An application's world may use the contract without carrying its text. */
function withContract(files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const has = [...files.values()].some((text) => /\bpackage\s+tenon:plugin\b/u.test(text));
  return has ? files : new Map([...files, ["deps/tenon-plugin/contract.wit", contractText]]);
}
