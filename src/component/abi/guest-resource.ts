/// Guests' resources as JavaScript has them: an object of a class, with a brand in private state.
import { TenonError } from "../../errors.ts";
import { ResourceHandle } from "./handles.ts";
import type { ResourceState, Store } from "./store.ts";

/// Proves that a constructor's caller is this file: whoever extends a class has only its methods.
const KEY: unique symbol = Symbol("guest resource");

const GONE = 0;
const BORROWED = -1;

/// Where the garbage collector finds a resource that its host forgot: it is dropped as if disposed.
const forgotten = new FinalizationRegistry(({ store, handle, index }: Held) => {
  if (store.held.at(index) === handle) store.drop(store.held.remove(index, handle.type));
});

interface Held {
  readonly store: Store;
  readonly handle: ResourceHandle;
  readonly index: number;
}

export class GuestResource implements Disposable {
  readonly #store: Store;
  readonly #type: ResourceState;
  readonly #rep: number;
  /// In the store's table of what the host holds; or GONE, or BORROWED.
  #index: number;

  constructor(key: typeof KEY, store: Store, type: ResourceState, rep: number, owned: boolean) {
    if (key !== KEY) throw new TenonError("component-type", "this resource has no constructor");
    this.#store = store;
    this.#type = type;
    this.#rep = rep;
    if (!owned) {
      this.#index = BORROWED;
      return;
    }
    const handle = new ResourceHandle(type, rep, undefined);
    this.#index = store.held.add(handle);
    forgotten.register(this, { store, handle, index: this.#index }, this);
  }

  /// Runs the guest's destructor: at once, or at the end of the call that the guest is in. Does
  /// nothing the second time, to a resource that was borrowed, and where the instance has ended.
  [Symbol.dispose](): void {
    const index = this.#index;
    if (index <= GONE) return;
    this.#index = GONE;
    if (this.#store.held.at(index) === undefined) return;
    forgotten.unregister(this);
    this.#store.drop(this.#store.held.remove(index, this.#type));
  }

  /// Whether it is a live resource of that type.
  static is(type: ResourceState, value: unknown): boolean {
    return (
      typeof value === "object" &&
      value !== null &&
      #type in value &&
      value.#type === type &&
      value.#index !== GONE
    );
  }

  /// Whether it may be given away.
  static owned(type: ResourceState, value: unknown): boolean {
    return GuestResource.is(type, value) && (value as GuestResource).#index > GONE;
  }

  static rep(type: ResourceState, value: unknown): number {
    if (typeof value === "object" && value !== null && #type in value && value.#type === type) {
      if (value.#index !== GONE) return value.#rep;
    }
    throw notLive(type);
  }

  /// `rep`, and until the call's end it cannot be given away. Needed where one call both borrows and
  /// takes resources.
  static lend(
    type: ResourceState,
    value: unknown,
    lent: { push(handle: ResourceHandle): unknown },
  ): number {
    const rep = GuestResource.rep(type, value);
    const resource = value as GuestResource;
    if (resource.#index > GONE) {
      const handle = resource.#store.held.get(resource.#index, type);
      handle.lends++;
      lent.push(handle);
    }
    return rep;
  }

  /// The host gives it away.
  static take(type: ResourceState, value: unknown): number {
    if (!GuestResource.owned(type, value)) throw notLive(type);
    const resource = value as GuestResource;
    resource.#store.held.remove(resource.#index, type);
    forgotten.unregister(resource);
    resource.#index = GONE;
    return resource.#rep;
  }

  /// At the end of the call that a borrowed one was for.
  static revoke(value: GuestResource): void {
    if (value.#index === BORROWED) value.#index = GONE;
  }
}

export type GuestClass = new (...args: readonly unknown[]) => GuestResource;

/// Makes a type's class. `construct` answers the representation of a new one.
export function guestClass(
  store: Store,
  type: ResourceState,
  name: string,
  construct: ((args: readonly unknown[]) => number) | undefined,
): GuestClass {
  const made = class extends GuestResource {
    constructor(...args: readonly unknown[]) {
      if (args[0] === KEY) super(KEY, store, type, args[1] as number, args[2] as boolean);
      else if (construct === undefined) super(...(args as [never, never, never, never, never]));
      else super(KEY, store, type, construct(args), true);
    }
  };
  Object.defineProperty(made, "name", { value: name });
  type.hostClass = made;
  return made;
}

export function wrapOwn(store: Store, type: ResourceState, rep: unknown): GuestResource {
  return new (classOf(store, type))(KEY, rep, true);
}

export function wrapBorrow(store: Store, type: ResourceState, rep: unknown): GuestResource {
  return new (classOf(store, type))(KEY, rep, false);
}

/// A type that is exported under no name has a class without methods.
function classOf(store: Store, type: ResourceState): GuestClass {
  return (type.class as GuestClass | undefined) ?? guestClass(store, type, "Resource", undefined);
}

function notLive(type: ResourceState): TenonError {
  return new TenonError("component-type", `expected a live ${type.name ?? "resource"} of its own`);
}
