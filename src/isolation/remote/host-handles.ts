import type { HostClass } from "../../component/engine.ts";
import type { ResourceType, WireHandles } from "../../component/wire/index.ts";
import {
  giveRemote,
  type RemoteInstanceLink,
  type RemoteResource,
  type RemoteResourceClass,
  remoteResource,
  revokeRemote,
} from "./remote-resource.ts";

/** How the host sees a resource type that the guest implements. */
export interface RemoteType {
  readonly link: RemoteInstanceLink;
  readonly Class: RemoteResourceClass;
}

/**
 * The host's side of an instance's resources: its own by numbers that this side assigns, the
 * guest's by the numbers that the guest's thread assigned.
 */
export class HostHandles implements WireHandles {
  /** The resource types that the host implements, with the class for each. */
  readonly #given: ReadonlyMap<ResourceType, HostClass | undefined>;
  readonly #remoteOf: (type: ResourceType) => RemoteType;
  readonly #held: Map<number, { readonly type: ResourceType; readonly resource: object }> =
    new Map();
  /** What the call that is being read or written has lent. */
  #lent: (number | RemoteResource)[] = [];
  #next = 1;

  constructor(
    given: ReadonlyMap<ResourceType, HostClass | undefined>,
    remoteOf: (type: ResourceType) => RemoteType,
  ) {
    this.#given = given;
    this.#remoteOf = remoteOf;
  }

  give(type: ResourceType, own: boolean, resource: unknown): number | undefined {
    if (!this.#given.has(type)) return giveRemote(this.#remoteOf(type).link, own, resource);
    const Class = this.#given.get(type);
    if (Class === undefined || !(resource instanceof Class)) return undefined;
    const number = this.#next++;
    this.#held.set(number, { type, resource });
    if (!own) this.#lent.push(number);
    return number;
  }

  take(type: ResourceType, own: boolean, number: number): unknown {
    if (!this.#given.has(type)) {
      const resource = remoteResource(this.#remoteOf(type).Class, number, own);
      if (!own) this.#lent.push(resource);
      return resource;
    }
    const held = this.#held.get(number);
    if (held?.type !== type) throw new TypeError("a handle that the host did not give");
    if (own) this.#held.delete(number);
    return held.resource;
  }

  /** From now on, notes what is lent. Call the result to take it back. */
  lending(): () => void {
    const lent: (number | RemoteResource)[] = [];
    this.#lent = lent;
    return () => {
      for (const one of lent) {
        if (typeof one === "number") this.#held.delete(one);
        else revokeRemote(one);
      }
    };
  }

  /**
   * The guest drops a resource of the host's. It is not told what the resource's disposal throws.
   */
  drop(number: number): void {
    const held = this.#held.get(number);
    if (held === undefined) return;
    this.#held.delete(number);
    dispose(held.resource);
  }

  /** The instance ends: the host's resources are disposed of. */
  clear(): void {
    const lent = new Set(this.#lent);
    const held = [...this.#held].filter(([number]) => !lent.has(number));
    this.#held.clear();
    for (const [, { resource }] of held) dispose(resource);
  }
}

function dispose(resource: Partial<Disposable>): void {
  try {
    resource[Symbol.dispose]?.();
  } catch {
    // The other resources must be disposed of all the same.
  }
}
