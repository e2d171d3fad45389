import { contractName } from "../../interfaces/contract/contract.ts";
import type { ModuleImport } from "../source/module.ts";
import type { Program } from "../source/program.ts";
import { sourceError } from "../source/source-error.ts";
import type { KnownFunction, KnownInterface } from "../worlds/interface.ts";
import type { KnownWorlds } from "../worlds/known-worlds.ts";
import { allResources, canCross, resourcesIn } from "./types-in.ts";

/** An interface that a program imports. */
export interface TakenInterface {
  /** With its version, where the interface is known; else as the program says it. */
  readonly name: string;
  /** Undefined: there is no WIT of it. */
  readonly known: KnownInterface | undefined;
  /** The functions that the program can call, in the interface's order. */
  readonly functions: readonly KnownFunction[];
  /** Names that the interface does not have. */
  readonly lacking: readonly string[];
  /** The names under which the program's modules import it. */
  readonly specifiers: ReadonlySet<string>;
}

/** An interface, or a function of a world, that a program exports. */
export interface MadeExport {
  /** Exactly as in the world. */
  readonly name: string;
  /** What the main module calls it. */
  readonly from: string;
  /** Undefined: it is a function of the world itself. */
  readonly known: KnownInterface | undefined;
  readonly functions: readonly Pick<KnownFunction, "name" | "js" | "type">[];
}

/** What a program takes from outside and gives to it. */
export interface Surface {
  readonly imports: readonly TakenInterface[];
  readonly exports: readonly MadeExport[];
}

/** What looks like the name of a WIT interface: `tenon:plugin/kv`. */
const INTERFACE = /^[a-z][a-z0-9-]*:[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*(?:@[0-9][0-9A-Za-z.+-]*)?$/u;

/** What a program may call although no module of it imports it. */
export interface Ambient {
  readonly name: string;
  readonly functions: (name: string) => boolean;
}

/** What `console` writes to. */
export const CONSOLE: Ambient = {
  name: contractName("log"),
  functions: (name) => name === "write",
};

/** What `fetch` asks. */
export const FETCH: Ambient = { name: contractName("http"), functions: () => true };

/**
 * Finds out what a program takes from its imports, and which exports of the known worlds it has. Throws
 * `package-source` for an import that is neither a file nor an interface.
 */
export function surfaceOf(
  program: Program,
  worlds: KnownWorlds,
  ambient: readonly Ambient[],
): Surface {
  const taken = new Map<string, Taken>();
  const takenOf = (name: string, known: KnownInterface | undefined): Taken => {
    const found = taken.get(name) ?? new Taken(name, known);
    taken.set(name, found);
    return found;
  };
  for (const one of program.imports) {
    assertInterface(one);
    const known = worlds.imported(one.specifier);
    takenOf(known?.name ?? one.specifier, known).add(one);
  }
  for (const { name, functions } of ambient) {
    const known = worlds.imports.get(name);
    if (known !== undefined) takenOf(name, known).addFunctions(functions);
  }
  const imports = Array.from(taken.values(), (one) => one.end());
  return { imports, exports: exportsOf(program, worlds) };
}

function assertInterface({ specifier, place }: ModuleImport): void {
  if (INTERFACE.test(specifier)) return;
  const shown = JSON.stringify(specifier.slice(0, 120));
  const what = specifier.startsWith("node:")
    ? `${shown} is a module of Node, which plugins do not have: use the interfaces of tenon:plugin`
    : `${shown} is neither a file of the plugin nor an interface: bundle packages into the plugin's file`;
  throw sourceError(place, what);
}

class Taken {
  readonly #name: string;
  readonly #known: KnownInterface | undefined;
  readonly #functions: Set<KnownFunction> = new Set();
  readonly #lacking: Set<string> = new Set();
  readonly #specifiers: Set<string> = new Set();

  constructor(name: string, known: KnownInterface | undefined) {
    this.#name = name;
    this.#known = known;
  }

  add({ specifier, names }: ModuleImport): void {
    this.#specifiers.add(specifier);
    if (names === "all") this.addFunctions(() => true);
    else if (names === "methods") this.addFunctions((name) => name.startsWith("[method]"));
    else for (const name of names) this.#addName(name);
  }

  addFunctions(wanted: (name: string) => boolean): void {
    for (const one of this.#known?.functions ?? []) if (wanted(one.name)) this.#functions.add(one);
  }

  #addName(name: string): void {
    const known = this.#known;
    const label = known?.resources.find(({ js }) => js === name)?.label;
    const found = (known?.functions ?? []).filter(({ js, call, resource }) => {
      if (resource !== undefined && resource === label) return true;
      return js === name && (call === "function" || call === "static");
    });
    if (found.length === 0 && label === undefined) this.#lacking.add(name);
    for (const one of found) this.#functions.add(one);
  }

  end(): TakenInterface {
    const functions = this.#known?.functions ?? [];
    // What is called may answer resources of the interface, whose methods can be called then.
    for (const { type } of this.#functions) {
      for (const resource of resourcesIn(type.result)) {
        const label = this.#known?.resources.find((one) => one.type === resource)?.label;
        for (const one of functions) {
          if (one.call === "method" && one.resource === label) this.#functions.add(one);
        }
      }
    }
    return {
      name: this.#name,
      known: this.#known,
      functions: functions.filter((one) => this.#functions.has(one)),
      lacking: [...this.#lacking],
      specifiers: this.#specifiers,
    };
  }
}

/** What a main module may call an export: its whole name, or what JavaScript would. */
function exportsOf({ exports }: Program, worlds: KnownWorlds): readonly MadeExport[] {
  const free = new Set(exports);
  const made: MadeExport[] = [];
  const add = (one: Omit<MadeExport, "from">, names: readonly string[]): void => {
    const from = names.find((name) => free.delete(name));
    if (from !== undefined) made.push({ ...one, from });
  };
  // An application's own worlds were read last, and come first.
  for (const [name, known] of [...worlds.exports].toReversed()) {
    const { functions, base, local } = known;
    add({ name, known, functions }, [name, base, camelCase(local)]);
  }
  for (const [name, { type }] of worlds.functions) {
    const js = camelCase(name);
    add({ name, known: undefined, functions: [{ name, js, type }] }, [name, js]);
  }
  return made;
}

function camelCase(label: string): string {
  return label.replaceAll(/-([a-z0-9])/gu, (_, letter: string) => letter.toUpperCase());
}

/** Why an export can't be one of a program in JavaScript. Undefined: it can. */
export function unfitExport({ functions }: MadeExport, worlds: KnownWorlds): string | undefined {
  for (const { name, type } of functions) {
    if (name.startsWith("[")) return `${name}: a plugin in JavaScript exports no resources`;
    if (!canCross(type)) return `${name}: its types have streams, futures or error contexts`;
    if ([...allResources(type)].some((resource) => worlds.homeOf(resource) === undefined)) {
      return `${name}: a plugin in JavaScript exports no resources, and its types have one`;
    }
  }
  return undefined;
}
