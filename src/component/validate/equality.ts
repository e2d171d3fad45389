import { describe, partsOf } from "./parts.ts";
import type { Work } from "../caps/tally.ts";
import type { ResourceType, ValueType } from "../types.ts";

/** Structural equality of value types. Throws what `fault` makes of what differs. */
export class Equality {
  readonly #work: Work;
  readonly #fault: (message: string) => Error;
  /** Types known to be equal. */
  readonly #known: Map<ValueType, Set<ValueType>> = new Map();

  constructor(work: Work, fault: (message: string) => Error) {
    this.#work = work;
    this.#fault = fault;
  }

  /** Undefined is no type, as in a case without a payload. */
  check(found: ValueType | undefined, expected: ValueType | undefined): void {
    if (found === expected) return;
    if (found === undefined || expected === undefined) {
      throw this.#mismatch(expected && describe(expected), found && describe(found));
    }
    const known = this.#known.get(found);
    if (known?.has(expected) === true) return;
    this.#equal(found, expected);
    if (known === undefined) this.#known.set(found, new Set([expected]));
    else known.add(expected);
  }

  #equal(found: ValueType, expected: ValueType): void {
    const [is, should] = [describe(found), describe(expected)];
    // Labels take as long to compare as they are.
    this.#work.step(1 + (is.length >> 3));
    if (is !== should) throw this.#mismatch(should, is);
    if ("resource" in found && "resource" in expected) {
      this.resource(found.resource, expected.resource);
    }
    const parts = partsOf(found);
    this.#work.step(parts.length);
    for (const [index, part] of partsOf(expected).entries()) this.check(parts[index], part);
  }

  resource(found: ResourceType, expected: ResourceType): void {
    if (found !== expected) throw this.#fault("resource types are not the same");
  }

  #mismatch(expected = "no type", found = "none"): Error {
    return this.#fault(`expected ${expected}, found ${found}`);
  }
}
