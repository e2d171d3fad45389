// Guests' resources in JavaScript: an object of a class, with a brand in private state.
import { TenonError } from "../../../errors.ts";
import { guestResource } from "../../marks.ts";
import type { CoreFunction } from "../call-site.ts";
import { ResourceHandle } from "./handles.ts";
import type { ResourceState } from "../store.ts";

/**
 * Proves that the caller of a constructor is this file: a class that extends another only inherits
 * its methods.
 */
const KEY: unique symbol = Symbol("guest resource");

/** The engine's operations on resources. */
interface Access {
  /** The representation of a live resource of that type; undefined for any other value. */
  rep(type: ResourceState, value: unknown): number | undefined;
  /** Whether the host owns it, so that it can be given away. */
  owned(type: ResourceState, value: unknown): boolean;
  /**
   * Returns the representation as `liveRep` does, and keeps the resource from being given away
   * until the end of the call. Needed where one call both borrows and takes resources.
   */
  lend(
    type: ResourceState,
    value: unknown,
    lent: { push(handle: ResourceHandle): unknown },
  ): number;
  /** The host gives the resource away. */
  take(type: ResourceState, value: unknown): number;
  /** Called at the end of the call for which the resource was borrowed. */
  revoke(resource: GuestResource): void;
}

let access: Access;

/** Drops a resource that the host has forgotten, as if it were disposed of. */
const forgotten = new FinalizationRegistry((handle: ResourceHandle) => {
  const { store } = handle.type;
  const drop = (): void => {
    if (store.held.discard(handle)) store.drop(handle);
  };
  try {
    if (store.forgotten === undefined) drop();
    else if (store.failure === undefined) store.forgotten(drop);
  } catch {
    // There is no caller who could be told, and an error in a finalizer would end the process. The
    // trap has poisoned the instance, whose next call reports it.
  }
});

/**
 * Everything visible on a guest's class is the guest's, so the engine's own operations are not
 * members, but the functions below.
 */
export abstract class GuestResource implements Disposable {
  /** Undefined once it is dropped, given away, or not borrowed any more. */
  #type: ResourceState | undefined;
  readonly #rep: number;
  /** Its entry in the table of what the host holds; undefined where it is borrowed. */
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
   * nothing for a resource that was disposed of before or was borrowed, and where the instance has
   * ended.
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
        // A brand check by exception: `#type in value` would take twice as long as everything else
        // here.
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

/** The functions that generated text calls. */
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

/** Makes the class of a type. `construct` returns the handle of a new resource. */
export function guestClass(
  type: ResourceState,
  name: string,
  construct: CoreFunction | undefined,
): GuestClass {
  const made = class extends GuestResource {
    // Three arguments are written out, because an array of arguments would cost more than most
    // constructors.
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

/** `from`: as in GuestResource. */
export function wrap(type: ResourceState, from: ResourceHandle | number): GuestResource {
  return new (classOf(type))(KEY, from);
}

/** A type that is not exported by name has a class without methods. */
function classOf(type: ResourceState): GuestClass {
  return (type.class as GuestClass | undefined) ?? guestClass(type, "Resource", undefined);
}

function notLive(type: ResourceState): TenonError {
  return new TenonError("component-type", `expected a live ${type.name ?? "resource"} of its own`);
}
