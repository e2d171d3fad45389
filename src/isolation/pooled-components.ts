import { type EngineCompileOptions, type EngineComponent, rulesOf } from "../component/engine.ts";
import { keyText } from "../component/outline.ts";
import { isRefusal } from "./compile-limit.ts";
import { HeldComponent, PooledComponent, type PooledThreads } from "./pooled-component.ts";

/** The most components without users that are kept for later ones. */
const SPARE = 8;

/**
 * Milliseconds after which a component that was refused is tried again: the machine may have been
 * busy.
 */
const REFUSED_MS = 60_000;

interface Entry {
  readonly component: PooledComponent;
  users: number;
  /**
   * Why the component was refused, and until when it is not tried again. The first refusal does not
   * count, because the machine may have been busy.
   */
  refused?: { readonly error: unknown; readonly until: number };
}

/** The components of a pool. Those with the same digest and options are one. */
export class PooledComponents {
  readonly #threads: PooledThreads;
  /** Those without users are in the order in which they were released. */
  readonly #known: Map<string, Entry> = new Map();

  constructor(threads: PooledThreads) {
    this.#threads = threads;
  }

  async compile(bytes: Uint8Array, options: EngineCompileOptions): Promise<EngineComponent> {
    const key = keyOf(options);
    const known = (): Entry | undefined => (key === undefined ? undefined : this.#known.get(key));
    let entry = known();
    if (entry === undefined) {
      const copy = await this.#ownCopy(bytes);
      // Another caller may have been faster.
      entry = known();
      if (entry === undefined) {
        entry = { component: new PooledComponent(copy, options, this.#threads), users: 0 };
        if (key !== undefined) this.#known.set(key, entry);
      }
    }
    if (entry.refused !== undefined && performance.now() < entry.refused.until) {
      throw entry.refused.error;
    }
    entry.users++;
    try {
      await entry.component.compile();
    } catch (error) {
      if (isRefusal(error)) {
        const until = entry.refused === undefined ? 0 : performance.now() + REFUSED_MS;
        entry.refused = { error, until };
      }
      this.#letGo(key, entry);
      throw error;
    }
    const held = entry;
    return new HeldComponent(entry.component, () => this.#letGo(key, held));
  }

  /**
   * A copy, because the bytes are passed to threads later, and the caller may change its own. Where
   * memory can be shared, a large copy is in shared memory, so that posting it to a thread costs
   * this thread nothing; it is never written to. It is copied in pieces, and other work can run on
   * this thread in between.
   */
  async #ownCopy(bytes: Uint8Array): Promise<Uint8Array> {
    if (bytes.length < SHARED_BYTES) return Uint8Array.from(bytes);
    const shared = typeof SharedArrayBuffer === "function";
    const copy = new Uint8Array(
      shared ? new SharedArrayBuffer(bytes.length) : new ArrayBuffer(bytes.length),
    );
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      if (at > 0) await this.#threads.letOthersRun();
      copy.set(bytes.subarray(at, at + PIECE_BYTES), at);
    }
    return copy;
  }

  #letGo(key: string | undefined, entry: Entry): void {
    entry.users--;
    if (entry.users > 0) return;
    if (key === undefined) return entry.component.release();
    this.#known.delete(key);
    this.#known.set(key, entry);
    const spare = [...this.#known].filter(([, { users }]) => users === 0);
    for (const [old, { component }] of spare.slice(0, Math.max(0, spare.length - SPARE))) {
      this.#known.delete(old);
      component.release();
    }
  }
}

/** From this size on, posting takes longer than a copy to shared memory. */
const SHARED_BYTES = 2 ** 20;

/**
 * Bytes that are copied at once: a few milliseconds, because the new memory is touched for the
 * first time.
 */
const PIECE_BYTES = 4 * 2 ** 20;

/** Undefined where the component is not shared with other users. */
function keyOf(options: EngineCompileOptions): string | undefined {
  const { digest, suspend = [], restorable = false, limits = {}, rules = {} } = options;
  const how = [suspend, restorable, limits];
  return digest && keyText({ kind: "pooled", digest, rules: rulesOf(rules), how });
}
