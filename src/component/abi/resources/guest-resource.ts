// Guests' resources as JavaScript has them: an object of a class, with a brand in private state.
import { TenonError } from "../../../errors.ts";
import { guestResource } from "../../marks.ts";
import type { CoreFunction } from "../call-site.ts";
import { ResourceHandle } from "./handles.ts";
import type { ResourceState } from "../store.ts";

/** Proves that a constructor's caller is this file: whoever extends a class has only its methods. */
const KEY: unique symbol = Symbol("guest resource");

/** What the engine does with resources. */
interface Access {
  /** The representation of a live resource of that type; undefined of anything else. */
  rep(type: ResourceState, value: unknown): number | undefined;
  /** Whether it may be given away. */
  owned(type: ResourceState, value: unknown): boolean;
  /**
   * `liveRep`, and until the call's end it cannot be given away. Needed where one call both borrows and
   * takes resources.
   */
  lend(
    type: ResourceState,
    value: unknown,
    lent: { push(handle: ResourceHandle): unknown },
  ): number;
  /** The host gives it away. */
  take(type: ResourceState, value: unknown): number;
  /** At the end of the call that a borrowed one was for. */
  revoke(resource: GuestResource): void;
}

let access: Access;

/** Where the garbage collector finds a resource that its host forgot: it is dropped as if disposed. */
const forgotten = new FinalizationRegistry((handle: ResourceHandle) => {
  const { store } = handle.type;
  const drop = (): void => {
    if (store.held.discard(handle)) store.drop(handle);
  };
  try {
    if (store.forgotten === undefined) drop();
    else if (store.failure === undefined) store.forgotten(drop);
  } catch {
    // Nobody called whom to tell, and what a finaliser throws ends the process: the trap has poisoned
    // the instance, and its next call says so.
  }
});

/**
 * All that a class of a guest's shows is the guest's: what the engine does with a resource is not
 * reached through it, but by the functions below.
 */
export abstract class GuestResource implements Disposable {
  /** Undefined once it is dropped, given away, or borrowed no more. */
  #type: ResourceState | undefined;
  readonly #rep: number;
  /** In the table of what the host holds; undefined where it is borrowed. */
  readonly #held: ResourceHandle | undefined;

  /** `from`: the handle that the guest gave away, or the representation that it lends. */
  constructor(key: typeof KEY, type: ResourceState, from: ResourceHandle | number) {
    if (key !== KEY) throw new TenonError("component-type", "this resource has no constructor");
    this.#type = type;
    if (typeof from === "number") {
      this.#rep = from;
      this.#held = undefined;
      return;
    }
    this.#rep = from.rep as number;
    this.#held = from;
    type.store.held.add(from);
    forgotten.register(this, from, this);
  }

  /**
   * Runs the guest's destructor: at once, or at the end of the call that the guest is in. Does
   * nothing the second time, to a resource that was borrowed, and where the instance has ended.
   */
  [Symbol.dispose](): void {
    const type = this.#type;
    const handle = this.#held;
    if (type === undefined || handle === undefined) return;
    this.#type = undefined;
    forgotten.unregister(this);
    const { store } = type;
    if (store.held.discard(handle)) store.drop(handle);
  }

  static {
    Object.defineProperty(this.prototype, guestResource, { value: true });
    access = {
      rep(type, value) {
        // The brand check is what throws: `#type in value` takes twice the time of all else here.
        try {
          return (value as GuestResource).#type === type
            ? (value as GuestResource).#rep
            : undefined;
        } catch {
          return undefined;
        }
      },
      owned(type, value) {
        return guestRep(type, value) !== undefined && (value as GuestResource).#held !== undefined;
      },
      lend(type, value, lent) {
        const found = liveRep(type, value);
        const handle = (value as GuestResource).#held;
        if (handle !== undefined) {
          handle.lends++;
          lent.push(handle);
        }
        return found;
      },
      take(type, value) {
        if (!isOwnedGuest(type, value)) throw notLive(type);
        const resource = value as GuestResource;
        const handle = resource.#held!;
        type.store.held.remove(handle.index, type);
        forgotten.unregister(resource);
        resource.#type = undefined;
        return resource.#rep;
      },
      revoke(resource) {
        if (resource.#held === undefined) resource.#type = undefined;
      },
    };
  }
}

/** As generated text calls them. */
export const guestRep: Access["rep"] = access.rep;
export const isOwnedGuest: Access["owned"] = access.owned;

export const lendGuest: Access["lend"] = access.lend;
export const takeGuest: Access["take"] = access.take;
export const revokeGuest: Access["revoke"] = access.revoke;

export function isGuest(type: ResourceState, value: unknown): boolean {
  return guestRep(type, value) !== undefined;
}

export function liveRep(type: ResourceState, value: unknown): number {
  const rep = guestRep(type, value);
  if (rep === undefined) throw notLive(type);
  return rep;
}

export type GuestClass = new (...args: readonly unknown[]) => GuestResource;

/** Makes a type's class. `construct` answers the handle of a new one. */
export function guestClass(
  type: ResourceState,
  name: string,
  construct: CoreFunction | undefined,
): GuestClass {
  const made = class extends GuestResource {
    // Three by themselves: an array of arguments costs more than most constructors.
    constructor(a?: unknown, b?: unknown, c?: unknown, ...rest: readonly unknown[]) {
      if (a === KEY) super(KEY, type, b as ResourceHandle | number);
      else if (construct === undefined) super(a as typeof KEY, type, 0);
      else {
        const handle = rest.length === 0 ? construct(a, b, c) : construct(a, b, c, ...rest);
        super(KEY, type, handle as ResourceHandle);
      }
    }
  };
  Object.defineProperty(made, "name", { value: name });
  type.hostClass = made;
  return made;
}

/** `from` as GuestResource takes it. */
export function wrap(type: ResourceState, from: ResourceHandle | number): GuestResource {
  return new (classOf(type))(KEY, from);
}

/** A type that is exported under no name has a class without methods. */
function classOf(type: ResourceState): GuestClass {
  return (type.class as GuestClass | undefined) ?? guestClass(type, "Resource", undefined);
}

function notLive(type: ResourceState): TenonError {
  return new TenonError("component-type", `expected a live ${type.name ?? "resource"} of its own`);
}
