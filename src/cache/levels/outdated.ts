/** More than this and all of the level counts as outdated. */
const MAX_KEYS = 10_000;

/** What a level missed while it was off: the keys whose copies in it are outdated, or all of it. */
export class Outdated {
  readonly #keys = new Set<string>();
  #all = false;

  get all(): boolean {
    return this.#all;
  }

  note(keys: Iterable<string>): void {
    for (const key of keys) this.#keys.add(key);
    if (this.#keys.size > MAX_KEYS) this.noteAll();
  }

  noteAll(): void {
    this.#keys.clear();
    this.#all = true;
  }

  /** Forgets it, and answers with what it was; `note` it again if it couldn't be made good. */
  take(): { readonly all: boolean; readonly keys: readonly string[] } {
    const taken = { all: this.#all, keys: [...this.#keys] };
    this.#all = false;
    this.#keys.clear();
    return taken;
  }
}
