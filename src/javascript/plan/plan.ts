import type { ResourceType } from "../../component/wit-world.ts";
import type { KnownFunction, KnownInterface } from "../worlds/interface.ts";
import type { KnownWorlds } from "../worlds/known-worlds.ts";
import { FIRST_TARGET } from "../standard-targets.ts";
import type { MadeExport, Surface } from "./surface.ts";
import { allResources } from "./types-in.ts";

/** A function that a program can call, and its number. */
export interface PlannedFunction {
  readonly target: number;
  readonly owner: KnownInterface;
  readonly function: KnownFunction;
  /** Whether it may answer later: it is a promise in JavaScript. */
  readonly waits: boolean;
}

/** A class whose objects a program may come to hold, and its number. */
export interface PlannedClass {
  readonly kind: number;
  readonly owner: KnownInterface;
  readonly label: string;
}

/** A module that the host makes. */
export interface PlannedModule {
  readonly owner: KnownInterface;
  /** The names under which the program imports it, its own left out. */
  readonly aliases: readonly string[];
  readonly functions: readonly PlannedFunction[];
  readonly classes: readonly PlannedClass[];
}

/** How a program is bound to what is outside of it: everything by numbers. */
export class Plan {
  readonly modules: readonly PlannedModule[];
  /** By target. */
  readonly functions: ReadonlyMap<number, PlannedFunction>;
  readonly exports: readonly MadeExport[];
  readonly #worlds: KnownWorlds;
  readonly #kinds: Map<string, PlannedClass> = new Map();

  /** `waits`: whether a function of an import may answer later. */
  constructor(
    { imports, exports }: Surface,
    worlds: KnownWorlds,
    waits: (interfaceName: string, functionName: string) => boolean,
  ) {
    this.#worlds = worlds;
    this.exports = exports;
    const functions: PlannedFunction[] = [];
    const aliases = new Map<KnownInterface, readonly string[]>();
    for (const { name, known: owner, functions: taken, specifiers } of imports) {
      if (owner === undefined) continue;
      aliases.set(
        owner,
        [...specifiers].filter((one) => one !== name),
      );
      for (const one of taken) {
        const target = FIRST_TARGET + functions.length;
        functions.push({ target, owner, function: one, waits: waits(name, one.name) });
        this.#addClasses(allResources(one.type));
      }
      this.#addClasses(owner.resources.map(({ type }) => type));
    }
    for (const made of exports) {
      for (const { type } of made.functions) this.#addClasses(allResources(type));
    }
    this.functions = new Map(functions.map((one) => [one.target, one]));
    const classes = Map.groupBy(this.#kinds.values(), ({ owner }) => owner);
    const byOwner = Map.groupBy(functions, ({ owner }) => owner);
    const owners = new Set([...aliases.keys(), ...classes.keys()]);
    this.modules = Array.from(owners, (owner) => ({
      owner,
      aliases: aliases.get(owner) ?? [],
      functions: byOwner.get(owner) ?? [],
      classes: classes.get(owner) ?? [],
    }));
  }

  /** The number of a resource's class. */
  kindOf(resource: ResourceType): number | undefined {
    const home = this.#worlds.homeOf(resource);
    return home && this.#kinds.get(`${home.owner.name}#${home.label}`)?.kind;
  }

  #addClasses(resources: Iterable<ResourceType>): void {
    for (const resource of resources) {
      const home = this.#worlds.homeOf(resource);
      if (home === undefined) continue;
      const key = `${home.owner.name}#${home.label}`;
      if (this.#kinds.has(key)) continue;
      this.#kinds.set(key, { kind: this.#kinds.size + 1, ...home });
    }
  }
}
