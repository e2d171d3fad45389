/**
 * The resources that one plugin instance has acquired. They are disposed of in reverse order when
 * the instance ends. A resource that is added after that is disposed of at once.
 */
export class InstanceScope {
  readonly #owned: Set<Disposable> = new Set();
  readonly #report: (error: unknown) => void;
  #ended = false;

  /** `report` is told of resources that throw when they are disposed of. It must not throw. */
  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  get size(): number {
    return this.#owned.size;
  }

  /** Returns a function that disposes of the resource earlier; idempotent. */
  own(resource: Disposable): () => void {
    if (this.#ended) this.#dispose(resource);
    else this.#owned.add(resource);
    return () => {
      if (this.#owned.delete(resource)) this.#dispose(resource);
    };
  }

  /** The resources that it owns now, for `endSince`. */
  mark(): ReadonlySet<Disposable> {
    return new Set(this.#owned);
  }

  /** Disposes of the resources that were acquired since `mark`. */
  endSince(mark: ReadonlySet<Disposable>): void {
    const newer = [...this.#owned].filter((resource) => !mark.has(resource)).reverse();
    for (const resource of newer) {
      // The disposal of one resource may have ended another.
      if (this.#owned.delete(resource)) this.#dispose(resource);
    }
  }

  end(): void {
    this.#ended = true;
    const owned = [...this.#owned].reverse();
    this.#owned.clear();
    for (const resource of owned) this.#dispose(resource);
  }

  #dispose(resource: Disposable): void {
    try {
      resource[Symbol.dispose]();
    } catch (error) {
      this.#report(error);
    }
  }
}
