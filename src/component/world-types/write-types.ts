// TypeScript types for a world, as this engine has its values: abi/layout.ts says their shapes.
import { TenonError } from "../../errors.ts";
import { pascalCase, worldNames } from "../js-names.ts";
import type { ComponentType, Extern, InstanceType, ValueType } from "../types.ts";
import type { WitDocs } from "../wit-source/scope.ts";
import {
  functionsOf,
  type FunctionWriting,
  type Side,
  writeFunction,
  writeResource,
} from "./functions.ts";
import { freeName, Lines, propertyKey } from "./lines.ts";
import {
  Foreign,
  type FirstNames,
  namesOutside,
  namesWithin,
  type TypeScope,
  typeScope,
} from "./scopes.ts";
import { LackingValues, listed, type UnusableFunction, unusableFunctions } from "./unusable.ts";
import { writeType } from "./values.ts";

export interface WrittenWorld {
  /** What the types of the world itself are named after, in kebab-case: `planner`. */
  readonly name: string;
  readonly type: ComponentType;
  readonly doc?: string;
  readonly docs?: WitDocs;
}

/** An interface of the world on one side, and its types. */
interface Place {
  readonly side: Side;
  readonly extern: Extern;
  readonly instance: InstanceType;
  readonly scope: TypeScope;
}

/**
 * A module of TypeScript types: an interface for each WIT interface, to be implemented or called;
 * its types, in a namespace of the same name; and `<World>Imports` and `<World>Exports`. In front
 * stands which functions cannot be used yet; `told` hears of each, too.
 */
export function writeWorldTypes(
  world: WrittenWorld,
  told: (one: UnusableFunction) => void = () => {},
): string {
  const types = new WorldTypes(world);
  for (const one of types.unusable) told(one);
  return types.write();
}

class WorldTypes {
  readonly #world: WrittenWorld;
  readonly #name: string;
  readonly #firstNames: FirstNames = new Map();
  readonly #foreign: Foreign = new Foreign();
  readonly #lines: Lines = new Lines();
  readonly #places: Place[] = [];
  readonly #own: Readonly<Record<Side, TypeScope>>;
  readonly #taken: Set<string>;
  readonly #lacking: LackingValues = new LackingValues();
  readonly unusable: readonly UnusableFunction[];

  constructor(world: WrittenWorld) {
    this.#world = world;
    this.unusable = unusableFunctions(world.type, this.#lacking);
    const { imports, exports } = world.type;
    this.#name = pascalCase(world.name);
    this.#taken = new Set([this.#name, `${this.#name}Imports`, `${this.#name}Exports`]);
    for (const [side, externs] of [["imports", imports] as const, ["exports", exports] as const]) {
      for (const extern of externs.values()) this.#place(side, extern);
    }
    this.#own = {
      imports: typeScope(this.#name, imports.values(), this.#firstNames),
      exports: typeScope(`${this.#name}Exports`, exports.values(), this.#firstNames),
    };
  }

  #place(side: Side, extern: Extern): void {
    const { type } = extern;
    if (type.kind === "component" || type.kind === "value") {
      throw new TenonError(
        "component-unsupported",
        `${extern.name} is a ${type.kind}, for which there are no types`,
        { data: { features: [`${type.kind} imports and exports`] } },
      );
    }
    if (type.kind !== "instance") return;
    const namespace = this.#namespace(extern, side);
    const scope = typeScope(namespace, type.type.exports.values(), this.#firstNames);
    this.#places.push({ side, extern, instance: type.type, scope });
  }

  /** `Tasks`; where that is taken, with its side, its package or both. */
  #namespace({ name }: Extern, side: Side): string {
    const [path = ""] = name.split("@");
    const label = pascalCase(path.slice(path.lastIndexOf("/") + 1));
    const whole = pascalCase(path.replaceAll(/[:/]/gu, "-"));
    const wanted = [label, ...(side === "exports" ? [`${label}Exported`] : []), whole];
    const free = wanted.find((one) => !this.#taken.has(one));
    return freeName(free ?? whole, this.#taken);
  }

  write(): string {
    const { doc = "" } = this.#world;
    this.#head();
    for (const place of this.#places) this.#interface(place);
    const name = JSON.stringify(this.#world.name);
    for (const side of ["imports", "exports"] as const) {
      const externs = [...this.#world.type[side].values()];
      this.#namespaceOf(this.#own[side], externs, side, [`Types of the world ${name} itself.`]);
    }
    this.#whole(
      "imports",
      `What a component of the world ${name} imports: the host gives it.`,
      doc,
    );
    this.#whole(
      "exports",
      `What a component of the world ${name} exports: the host calls it.`,
      doc,
    );
    for (const [alias, full] of this.#foreign.aliases) {
      this.#lines.line("").line(`type ${alias} = ${full};`);
    }
    return this.#lines.toString();
  }

  /** What cannot be used yet, where a reader begins. */
  #head(): void {
    if (this.unusable.length === 0) return;
    this.#lines
      .line("")
      .line("// These functions take or answer values that this version of Tenon does not have:");
    for (const { side, name, values } of this.unusable) {
      const verb = side === "imports" ? "import" : "export";
      this.#lines.line(`//   ${verb} ${name}: ${listed(values)}`);
    }
  }

  #interface({ side, extern, instance, scope }: Place): void {
    const externs = [...instance.exports.values()];
    const docs = this.#world.docs;
    const lines = this.#lines;
    const name = `\`${extern.implements ?? extern.name}\``;
    const doc = docs?.things.get(instance) ?? "";
    if (isEmpty(instance)) {
      this.#namespaceOf(scope, externs, side, [doc, `The types of the interface ${name}.`]);
      return;
    }
    const classes = this.#namespaceOf(scope, externs, side, [`Types of the interface ${name}.`]);
    const { plain } = functionsOf(externs);
    const verb = side === "imports" ? "The host implements it." : "The guest implements it.";
    lines.line("").doc(doc, `The interface ${name}. ${verb}`);
    const writing = this.#writing(side, namesOutside(scope, this.#firstNames));
    lines.block(`export interface ${scope.namespace}`, () => {
      for (const one of plain) writeFunction(writing, one);
      for (const [key, type] of classes) lines.line(`readonly ${propertyKey(key)}: ${type};`);
    });
  }

  #writing(side: Side, nameOf: FunctionWriting["nameOf"]): FunctionWriting {
    const lacking = this.#lacking;
    return { lines: this.#lines, nameOf, docs: this.#world.docs, side, lacking };
  }

  /** Writes the types of a scope. Returns the classes by their keys, as they are named outside. */
  #namespaceOf(
    scope: TypeScope,
    externs: readonly Extern[],
    side: Side,
    doc: readonly string[],
  ): readonly (readonly [key: string, type: string])[] {
    if (scope.types.length === 0) return [];
    const lines = this.#lines;
    const nameOf = namesWithin(scope, this.#firstNames, this.#foreign);
    const writing = this.#writing(side, nameOf);
    const { members, names } = functionsOf(externs);
    const classes: (readonly [string, string])[] = [];
    lines
      .line("")
      .doc(...doc)
      .block(`export declare namespace ${scope.namespace}`, () => {
        for (const one of scope.types) {
          const { entry, extern, name, label } = one;
          const type =
            entry.kind === "value" ? entry.type : entry.kind === "resource" && entry.resource;
          if (type === false || entry.kind === "func") continue;
          const target = entry.kind === "value" ? entry.of : undefined;
          const first = this.#firstNames.get(target ?? (type as never));
          const here = first?.scope === scope && first.name === name;
          if (first !== undefined && !here) {
            const other = first.scope === scope ? first.name : this.#foreign.name(scope, first);
            this.#comment(extern).line(`export type ${name} = ${other};`);
          } else if (entry.kind === "resource") {
            const made = writeResource(writing, scope, one, members.get(label) ?? []);
            classes.push([names.class(label), `${scope.namespace}.${made}`]);
          } else if (entry.kind === "value") {
            this.#comment(extern, entry.type);
            const itself: typeof nameOf = (other) =>
              other === entry.type ? undefined : nameOf(other);
            writeType(lines, name, entry.type, itself, this.#world.docs);
          }
        }
      });
    return classes;
  }

  #comment(extern: Extern, type?: ValueType): Lines {
    const lacking = this.#lacking.of(type);
    const note =
      lacking.length === 0
        ? ""
        : `This version of Tenon has no ${listed(lacking)}: none can be passed yet.`;
    return this.#lines.doc(this.#world.docs?.things.get(extern) ?? "", note);
  }

  /** All imports, or all exports, by the names under which the engine takes and gives them. */
  #whole(side: Side, title: string, doc: string): void {
    const lines = this.#lines;
    const externs = [...this.#world.type[side].values()];
    const scope = this.#own[side];
    const name = `${this.#name}${side === "imports" ? "Imports" : "Exports"}`;
    const { plain, members, names } = functionsOf(externs);
    const writing = this.#writing(side, namesOutside(scope, this.#firstNames));
    lines
      .line("")
      .doc(title, doc)
      .block(
        `export type ${name} =`,
        () => {
          for (const place of this.#places) {
            if (place.side !== side || isEmpty(place.instance)) continue;
            lines.line(`readonly ${propertyKey(place.extern.name)}: ${place.scope.namespace};`);
          }
          for (const one of plain) {
            writeFunction(writing, { ...one, name: worldNames(names, one.extern.name)[1] });
          }
          for (const { label, name, entry } of scope.types) {
            if (entry.kind !== "resource" || !members.has(label)) continue;
            lines.line(
              `readonly ${propertyKey(names.class(label))}: ${scope.namespace}.${name}Class;`,
            );
          }
        },
        "};",
      );
  }
}

/** Whether an interface has types alone, so that there is nothing to give or to call. */
function isEmpty({ exports }: InstanceType): boolean {
  return ![...exports.values()].some(
    ({ type }) => type.kind === "func" || (type.kind === "type" && type.type.kind === "resource"),
  );
}
