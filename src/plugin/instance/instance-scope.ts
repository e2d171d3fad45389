/**
 * What one plugin instance acquired. It is disposed of in reverse order when the instance ends;
 * what is handed over after that is disposed of at once.
 */
export class InstanceScope {
  readonly #owned: Set<Disposable> = new Set();
  readonly #report: (error: unknown) => void;
  #ended = false;

  /** `report` hears of resources that fail to end. It must not throw. */
  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  get size(): number {
    return this.#owned.size;
  }

  /** Answers a function that disposes of it earlier; idempotent. */
  own(resource: Disposable): () => void {
    if (this.#ended) this.#dispose(resource);
    else this.#owned.add(resource);
    return () => {
      if (this.#owned.delete(resource)) this.#dispose(resource);
    };
  }

  /** What it owns now; see `endSince`. */
  mark(): ReadonlySet<Disposable> {
    return new Set(this.#owned);
  }

  /** Disposes of what was acquired since `mark`. */
  endSince(mark: ReadonlySet<Disposable>): void {
    const newer = [...this.#owned].filter((resource) => !mark.has(resource)).reverse();
    for (const resource of newer) {
      // One may have ended another.
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
