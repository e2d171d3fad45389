/// A guest's resource, for the host, where the guest is on another thread.
import { TenonError } from "../../errors.ts";

/// What a class of resources reaches its instance by.
export interface RemoteInstanceLink {
  readonly type: object;
  drop(number: number): void;
}

/// Proves that whoever makes one is this file.
const KEY: unique symbol = Symbol("remote resource");

const forgotten = new FinalizationRegistry<{
  readonly link: RemoteInstanceLink;
  readonly number: number;
}>(({ link, number }) => link.drop(number));

export class RemoteResource implements Disposable {
  readonly #link: RemoteInstanceLink;
  readonly #number: number;
  readonly #own: boolean;
  /// Dropped, given away, or borrowed no more.
  #gone = false;

  constructor(key: typeof KEY, link: RemoteInstanceLink, number: number, own: boolean) {
    if (key !== KEY) {
      throw new TenonError(
        "component-type",
        "a resource of a guest on another thread is made by its static function `create`",
      );
    }
    this.#link = link;
    this.#number = number;
    this.#own = own;
    if (own) forgotten.register(this, { link, number }, this);
  }

  /// Runs the guest's destructor, in its time. Does nothing the second time.
  [Symbol.dispose](): void {
    if (this.#gone || !this.#own) return;
    this.#leave();
    this.#link.drop(this.#number);
  }

  #leave(): void {
    this.#gone = true;
    forgotten.unregister(this);
  }

  static of(Class: RemoteResourceClass, number: number, own: boolean): RemoteResource {
    return new Class(KEY, Class.link, number, own);
  }

  /// The number of a live one of that class, which is given away where `own`; undefined of anything
  /// else.
  static give(Class: RemoteResourceClass, own: boolean, value: unknown): number | undefined {
    if (typeof value !== "object" || value === null || !(#link in value)) return undefined;
    if (value.#link !== Class.link || value.#gone || (own && !value.#own)) return undefined;
    if (own) value.#leave();
    return value.#number;
  }

  static revoke(resource: RemoteResource): void {
    resource.#gone = true;
  }
}

export type RemoteResourceClass = typeof RemoteResource & { readonly link: RemoteInstanceLink };
