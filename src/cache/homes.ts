/** The first level of one namespace, as the backing sees it. */
export interface Home {
  /** Drops entries from level 1, and lets what is under way for their keys not be kept. */
  forget(keys: readonly string[]): void;
  /** An entry left the last level: nobody counts on it any more. */
  gone(key: string): void;
}

/** Ends a namespace's name in a full key. */
export const SEPARATOR = "\0";

/** Which namespace a full key belongs to. */
export class Homes {
  readonly #homes = new Map<string, Home>();

  add(prefix: string, home: Home): void {
    this.#homes.set(prefix, home);
  }

  forget(keys: readonly string[]): void {
    const [first] = this.#homes.values();
    // Without namespaces all keys are those of the one home.
    if (first !== undefined && this.#homes.size === 1) return first.forget(keys);
    const locals = new Map<Home, string[]>();
    for (const key of keys) {
      this.#find(key, (home, local) => {
        const list = locals.get(home);
        if (list === undefined) locals.set(home, [local]);
        else list.push(local);
      });
    }
    for (const [home, list] of locals) home.forget(list);
  }

  gone(key: string): void {
    this.#find(key, (home, local) => home.gone(local));
  }

  #find(key: string, found: (home: Home, local: string) => void): void {
    const end = key.lastIndexOf(SEPARATOR) + 1;
    const home = this.#homes.get(key.slice(0, end));
    if (home !== undefined) found(home, end === 0 ? key : key.slice(end));
  }
}
