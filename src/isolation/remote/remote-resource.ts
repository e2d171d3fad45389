// A guest's resource, for the host, where the guest is on another thread.
import { guestResource } from "../../component/engine.ts";
import { TenonError } from "../../errors.ts";

/** What a class of resources reaches its instance by. */
export interface RemoteInstanceLink {
  /** Makes one; answers with a promise of it. Undefined: it has no constructor. */
  construct: ((args: readonly unknown[]) => Promise<unknown>) | undefined;
  /**
   * Runs the destructor. Answers a promise of its end, undefined where the instance has ended. Must not
   * throw.
   */
  drop(number: number): Promise<unknown> | undefined;
  /** The host has forgotten it. */
  forgotten(number: number): void;
}

/** Proves that whoever makes one is this file. */
const KEY: unique symbol = Symbol("remote resource");

const forgotten = new FinalizationRegistry<{
  readonly link: RemoteInstanceLink;
  readonly number: number;
}>(({ link, number }) => {
  try {
    link.forgotten(number);
  } catch {
    // Nobody called whom to tell, and what a finaliser throws ends the process.
  }
});

interface Access {
  /**
   * The number of a live one of that instance's class, which is given away where `own`; undefined of
   * anything else.
   */
  give(link: RemoteInstanceLink, own: boolean, value: unknown): number | undefined;
  revoke(resource: RemoteResource): void;
}

let access: Access;

/**
 * All that a class of a guest's shows is the guest's: what is done with a resource is not reached
 * through it.
 */
export abstract class RemoteResource implements Disposable {
  readonly #link: RemoteInstanceLink;
  readonly #number: number;
  readonly #own: boolean;
  /** Dropped, given away, or borrowed no more. */
  #gone = false;

  constructor(key: typeof KEY, link: RemoteInstanceLink, number: number, own: boolean) {
    if (key !== KEY) throw new TenonError("component-type", "this resource has no constructor");
    this.#link = link;
    this.#number = number;
    this.#own = own;
    if (own) forgotten.register(this, { link, number }, this);
  }

  /**
   * Runs the guest's destructor, in its time, and answers a promise of its end that nobody has to wait
   * for. Does nothing the second time.
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

/** A class for each type of each instance. `new` of it answers with a promise of a resource. */
export function remoteClass(link: RemoteInstanceLink): RemoteResourceClass {
  return class extends RemoteResource {
    constructor(...args: readonly unknown[]) {
      if (args[0] === KEY) super(KEY, link, args[1] as number, args[2] as boolean);
      else if (link.construct === undefined) super(args[0] as typeof KEY, link, 0, false);
      // What a constructor answers is what `new` does.
      else return link.construct(args) as unknown as RemoteResource;
    }
  };
}

/** One that the guest has handed over, or lends where not `own`. */
export function remoteResource(
  Class: RemoteResourceClass,
  number: number,
  own: boolean,
): RemoteResource {
  return new Class(KEY, number, own);
}
