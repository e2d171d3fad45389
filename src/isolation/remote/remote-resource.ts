// A guest's resource as the host sees it, where the guest is on another thread.
import { guestResource } from "../../component/engine.ts";
import { TenonError } from "../../errors.ts";

/** How a class of resources reaches its instance. */
export interface RemoteInstanceLink {
  /** Makes a resource, and returns a promise of it. Undefined: the class has no constructor. */
  construct: ((args: readonly unknown[]) => Promise<unknown>) | undefined;
  /**
   * Runs the destructor. Returns a promise of its end, or undefined where the instance has ended.
   * Must not throw.
   */
  drop(number: number): Promise<unknown> | undefined;
  /** The host has forgotten the resource. */
  forgotten(number: number): void;
}

/** Proves that the caller of the constructor is this file. */
const KEY: unique symbol = Symbol("remote resource");

const forgotten = new FinalizationRegistry<{
  readonly link: RemoteInstanceLink;
  readonly number: number;
}>(({ link, number }) => {
  try {
    link.forgotten(number);
  } catch {
    // There is no caller who could be told, and an error in a finalizer would end the process.
  }
});

interface Access {
  /**
   * The number of a live resource of that instance's class, which is given away where `own`.
   * Undefined for any other value.
   */
  give(link: RemoteInstanceLink, own: boolean, value: unknown): number | undefined;
  revoke(resource: RemoteResource): void;
}

let access: Access;

/**
 * Everything visible on a guest's class is the guest's, so the host's own operations are kept
 * outside of it.
 */
export abstract class RemoteResource implements Disposable {
  readonly #link: RemoteInstanceLink;
  readonly #number: number;
  readonly #own: boolean;
  /** True once it is dropped, given away, or not borrowed any more. */
  #gone = false;

  constructor(key: typeof KEY, link: RemoteInstanceLink, number: number, own: boolean) {
    if (key !== KEY) throw new TenonError("component-type", "this resource has no constructor");
    this.#link = link;
    this.#number = number;
    this.#own = own;
    if (own) forgotten.register(this, { link, number }, this);
  }

  /**
   * Runs the guest's destructor in its turn, and returns a promise of its end, which need not be
   * awaited. Does nothing the second time.
   */
  [Symbol.dispose](): Promise<unknown> | undefined {
    if (this.#gone || !this.#own) return undefined;
    this.#leave();
    return this.#link.drop(this.#number);
  }

  #leave(): void {
    this.#gone = true;
    forgotten.unregister(this);
  }

  static {
    Object.defineProperty(this.prototype, guestResource, { value: true });
    access = {
      give(link, own, value) {
        if (typeof value !== "object" || value === null || !(#link in value)) return undefined;
        if (value.#link !== link || value.#gone || (own && !value.#own)) return undefined;
        if (own) value.#leave();
        return value.#number;
      },
      revoke(resource) {
        resource.#gone = true;
      },
    };
  }
}

export const giveRemote: Access["give"] = access.give;
export const revokeRemote: Access["revoke"] = access.revoke;

export type RemoteResourceClass = new (...args: readonly unknown[]) => RemoteResource;

/** Makes a class for each type of each instance. Its `new` returns a promise of a resource. */
export function remoteClass(link: RemoteInstanceLink): RemoteResourceClass {
  return class extends RemoteResource {
    constructor(...args: readonly unknown[]) {
      if (args[0] === KEY) super(KEY, link, args[1] as number, args[2] as boolean);
      else if (link.construct === undefined) super(args[0] as typeof KEY, link, 0, false);
      // The value that a constructor returns is the result of `new`.
      else return link.construct(args) as unknown as RemoteResource;
    }
  };
}

/** A resource that the guest has passed on, or lends where not `own`. */
export function remoteResource(
  Class: RemoteResourceClass,
  number: number,
  own: boolean,
): RemoteResource {
  return new Class(KEY, number, own);
}
