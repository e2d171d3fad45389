import type { ResourceType, WireHandles } from "../../component/wire/index.ts";

/**
 * The guest thread's side of an instance's resources: the host's by the numbers that the host
 * assigned, the guest's by numbers that this side assigns.
 */
export class GuestHandles implements WireHandles {
  /** The resource types that the host implements. */
  readonly #classes: ReadonlyMap<ResourceType, HostResourceClass>;
  readonly #dropped: (number: number) => void;
  readonly #held: Map<number, object> = new Map();
  /** Numbers that the current call has lent to the host. */
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

  /** Begins a host call. Call the result at its end: it takes back what the call has lent. */
  lending(): () => void {
    const before = this.#lent;
    this.#lent = [];
    const lent = this.#lent;
    return () => {
      for (const number of lent) this.#held.delete(number);
      if (this.#lent === lent) this.#lent = before;
    };
  }

  /** The host drops a resource of the guest's. Undefined where it does not exist any more. */
  drop(number: number): Disposable | undefined {
    const held = this.#held.get(number);
    this.#held.delete(number);
    return held as Disposable | undefined;
  }
}

/** A host's resource on the guest's thread. */
export class HostResource {
  readonly #number: number;
  readonly #dropped: (number: number) => void;

  constructor(number: number, dropped: (number: number) => void) {
    this.#number = number;
    this.#dropped = dropped;
  }

  /** The number of a resource; undefined for any other value. */
  static number(value: unknown): number | undefined {
    return typeof value === "object" && value !== null && #number in value
      ? value.#number
      : undefined;
  }

  /** Called when the guest has dropped its handle. */
  [Symbol.dispose](): void {
    this.#dropped(this.#number);
  }
}

/** There is a class for each resource type. */
export type HostResourceClass = typeof HostResource;
