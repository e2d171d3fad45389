import type { Described, PackageSyntax, Path, WorldItem } from "./syntax.ts";
import { type Place, witInvalid } from "./tokens.ts";

/** An item of a world, and the package whose names it is written in. */
export interface Included {
  readonly from: PackageSyntax;
  readonly item: Exclude<WorldItem, { readonly kind: "include" }>;
}

/** The world that an `include` names. */
type WorldOf = (from: PackageSyntax, path: Path) => readonly [PackageSyntax, Described<WorldItem>];

/** How deep worlds may include one another. */
const MAX_DEPTH = 100;

/** The most items that are looked at: those of a world and of each that it includes. */
const MAX_ITEMS = 100_000;

/**
 * The items of a world and of those that it includes. Each world is looked through once, and an
 * interface that several worlds import is one import. Throws `wit-invalid` for what is there twice
 * under a name of its own.
 */
export class Includes {
  readonly #worldOf: WorldOf;
  readonly #known: Map<Described<WorldItem>, readonly Included[] | "resolving"> = new Map();
  #depth = 0;
  #looked = 0;

  constructor(worldOf: WorldOf) {
    this.#worldOf = worldOf;
  }

  of(from: PackageSyntax, world: Described<WorldItem>): readonly Included[] {
    const known = this.#known.get(world);
    if (known === "resolving") {
      throw witInvalid(world.place, `world "${world.name}" includes itself`);
    }
    if (known !== undefined) return known;
    if (this.#depth >= MAX_DEPTH) {
      throw witInvalid(world.place, `worlds include one another more than ${MAX_DEPTH} deep`);
    }
    this.#known.set(world, "resolving");
    this.#depth++;
    const found = this.#all(from, world);
    this.#depth--;
    this.#known.set(world, found);
    return found;
  }

  #all(from: PackageSyntax, world: Described<WorldItem>): readonly Included[] {
    const all = new Distinct();
    for (const item of world.items) {
      this.#look(world.place);
      if (item.kind !== "include") {
        all.add({ from, item });
        continue;
      }
      const [owner, other] = this.#worldOf(from, item.path);
      for (const inner of this.of(owner, other)) {
        this.#look(world.place);
        all.add({ from: inner.from, item: renamed(inner.item, item.renamed) });
      }
    }
    return all.items;
  }

  #look(place: Place): void {
    if (++this.#looked <= MAX_ITEMS) return;
    throw witInvalid(place, `a world and those that it includes have over ${MAX_ITEMS} items`);
  }
}

/** Items without those that came before. */
class Distinct {
  readonly items: Included[] = [];
  /** Items themselves, and the side and name of those that have a name of their own. */
  readonly #seen: Set<unknown> = new Set();

  /** Throws `wit-invalid` for another of the same name. */
  add(included: Included): void {
    const { item } = included;
    const isSided = item.kind === "import" || item.kind === "export";
    const name = item.kind === "use" ? item.names[0]?.as : item.name;
    const key = isSided && name !== undefined ? `${item.kind} ${name}` : item;
    if (!this.#seen.has(key)) {
      this.#seen.add(key);
      this.items.push(included);
      return;
    }
    if (name === undefined) return;
    const place = item.kind === "use" ? item.names[0]!.place : item.place;
    throw witInvalid(place, `"${name}" is there already`);
  }
}

function renamed(item: Included["item"], names: ReadonlyMap<string, string>): Included["item"] {
  if ((item.kind !== "import" && item.kind !== "export") || item.name === undefined) return item;
  return { ...item, name: names.get(item.name) ?? item.name };
}
