import type { ResourceType, WireHandles } from "../../component/wire/index.ts";
import { HostResource, type HostResourceClass } from "./host-resource.ts";

/**
 * The guest thread's side of an instance's resources: the host's by the numbers that the host gave
 * them, the guest's by numbers of our own.
 */
export class GuestHandles implements WireHandles {
  /** The types that the host implements. */
  readonly #classes: ReadonlyMap<ResourceType, HostResourceClass>;
  readonly #dropped: (number: number) => void;
  readonly #held: Map<number, object> = new Map();
  /** Numbers that the call going on has lent to the host. */
  #lent: number[] = [];
  #next = 1;

  constructor(
    classes: ReadonlyMap<ResourceType, HostResourceClass>,
    dropped: (number: number) => void,
  ) {
    this.#classes = classes;
    this.#dropped = dropped;
  }

  give(type: ResourceType, own: boolean, resource: unknown): number | undefined {
    if (this.#classes.has(type)) return HostResource.number(resource);
    const number = this.#next++;
    this.#held.set(number, resource as object);
    if (!own) this.#lent.push(number);
    return number;
  }

  take(type: ResourceType, own: boolean, number: number): unknown {
    const Class = this.#classes.get(type);
    if (Class !== undefined) return new Class(number, this.#dropped);
    const held = this.#held.get(number);
    if (own) this.#held.delete(number);
    return held;
  }

  /** Runs a host call; what it lends is given back at its end. */
  lending(): () => void {
    const before = this.#lent;
    this.#lent = [];
    const lent = this.#lent;
    return () => {
      for (const number of lent) this.#held.delete(number);
      if (this.#lent === lent) this.#lent = before;
    };
  }

  /** The host drops a resource of the guest's; undefined where it is gone already. */
  drop(number: number): Disposable | undefined {
    const held = this.#held.get(number);
    this.#held.delete(number);
    return held as Disposable | undefined;
  }
}
