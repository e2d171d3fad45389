/** The first level of one namespace, as the backing sees it. */
export interface NamespaceFront {
  /** Drops entries from level 1; loads under way for their keys will not be kept. */
  forget(keys: readonly string[]): void;
  /** An entry left the last level: it no longer counts against the namespace's quota. */
  gone(key: string): void;
}

/** Ends a namespace's name in a full key. */
export const SEPARATOR = "\0";

/** Which namespace a full key belongs to. */
export class NamespaceFronts {
  readonly #fronts = new Map<string, NamespaceFront>();

  add(prefix: string, front: NamespaceFront): void {
    this.#fronts.set(prefix, front);
  }

  forget(keys: readonly string[]): void {
    const [first] = this.#fronts.values();
    // Without namespaces all keys are those of the one front.
    if (first !== undefined && this.#fronts.size === 1) return first.forget(keys);
    const locals = new Map<NamespaceFront, string[]>();
    for (const key of keys) {
      this.#find(key, (front, local) => {
        const list = locals.get(front);
        if (list === undefined) locals.set(front, [local]);
        else list.push(local);
      });
    }
    for (const [front, list] of locals) front.forget(list);
  }

  gone(key: string): void {
    this.#find(key, (front, local) => front.gone(local));
  }

  #find(key: string, found: (front: NamespaceFront, local: string) => void): void {
    const end = key.lastIndexOf(SEPARATOR) + 1;
    const front = this.#fronts.get(key.slice(0, end));
    if (front !== undefined) found(front, end === 0 ? key : key.slice(end));
  }
}
