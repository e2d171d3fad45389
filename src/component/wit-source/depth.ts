import { CATALOGUE } from "../caps/catalogue.ts";
import type { ValueType } from "../types.ts";
import { partsOf } from "../validate/parts.ts";
import { type Place, witInvalid } from "./tokens.ts";

/** How deep one definition may lead to another before it has a meaning. */
const MAX_LOOKED_UP = 250;

/** How deep a type may contain others, as in a component. */
const MAX_CONTAINED = CATALOGUE.componentTypeDepth.most;

/**
 * Refuses WIT that is too deep in one of two ways: definitions that have to be looked up for others,
 * and types within types.
 */
export class Depth {
  #lookedUp = 0;
  readonly #contained: WeakMap<ValueType, number> = new WeakMap();

  /** Looks up one more definition. Throws `wit-invalid` where that is too deep. */
  within<Found>(place: Place, look: () => Found): Found {
    if (this.#lookedUp >= MAX_LOOKED_UP) {
      throw witInvalid(place, `definitions lead to one another more than ${MAX_LOOKED_UP} deep`);
    }
    this.#lookedUp++;
    try {
      return look();
    } finally {
      this.#lookedUp--;
    }
  }

  /** Notes a type whose parts are noted. Throws `wit-invalid` for one that is too deep. */
  noted(place: Place, type: ValueType): ValueType {
    let depth = 1;
    for (const part of partsOf(type)) {
      if (part !== undefined) depth = Math.max(depth, 1 + (this.#contained.get(part) ?? 1));
    }
    if (depth > MAX_CONTAINED) {
      throw witInvalid(place, `types contain one another more than ${MAX_CONTAINED} deep`);
    }
    this.#contained.set(type, depth);
    return type;
  }
}
