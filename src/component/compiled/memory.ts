import type { StorageSize } from "../decode/starting-size.ts";
import type { StateNames } from "../transform/expose-state.ts";
import type { InterruptParts } from "../transform/interrupt.ts";
import { type ModuleKey, sameModule } from "./key.ts";
import { partsRead, type ReadComponent, weightOf } from "./read.ts";

export interface CompiledModule {
  readonly module: WebAssembly.Module;
  /** The parts that were added to make it interruptible. */
  readonly added: InterruptParts | undefined;
  /**
   * The names of the exports with its state. Undefined where not all of its state can be exported,
   * or the form does not ask for it.
   */
  readonly state: StateNames | undefined;
  /**
   * The size of its memories and tables at the start. Undefined for a module that the host gave.
   */
  readonly size: StorageSize | undefined;
}

/** A core module that is compiled or being compiled, with what it is compiled from. */
export interface SharedModule extends ModuleKey {
  readonly bytes: Uint8Array;
  readonly compiled: Promise<CompiledModule>;
}

/**
 * The core modules of several components. Those with the same bytes are compiled once, for as long
 * as a component holds them. They are compared by their bytes, which takes less time than digests
 * would.
 */
export class SharedModules {
  readonly #byLength: Map<number, readonly WeakRef<SharedModule>[]> = new Map();

  /**
   * Returns the module for these bytes and this key. Where there is none, calls `compile`; the
   * result is kept until it rejects or no component holds it.
   */
  take(bytes: Uint8Array, key: ModuleKey, compile: () => Promise<CompiledModule>): SharedModule {
    const held = this.#held(bytes.length);
    for (const ref of held) {
      const shared = ref.deref();
      if (shared !== undefined && sameModule(shared, key) && same(shared.bytes, bytes)) {
        return shared;
      }
    }
    const { form, rules } = key;
    const shared: SharedModule = { bytes, form, rules, compiled: compile() };
    this.#byLength.set(bytes.length, [...held, new WeakRef(shared)]);
    shared.compiled.catch(() => this.#forget(shared));
    return shared;
  }

  #held(length: number): readonly WeakRef<SharedModule>[] {
    return (this.#byLength.get(length) ?? []).filter((ref) => ref.deref() !== undefined);
  }

  #forget(shared: SharedModule): void {
    const { length } = shared.bytes;
    const left = this.#held(length).filter((ref) => ref.deref() !== shared);
    this.#byLength.set(length, left);
  }
}

export function same(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}

/** The most components that are kept after they were read. */
const MOST_READ = 32;

/**
 * The most that one component may weigh (weightOf), and all together. A usual plugin weighs 5,000,
 * takes some 130 KB of memory, and half a millisecond to be posted to a thread; the heaviest one
 * takes 4 ms.
 */
const HEAVIEST = 40_000;
const ALL_WEIGH = 320_000;

/**
 * Components that were read or compiled recently. Plugins that are installed and then not used do not
 * fill memory, because others take their places. A component that is too heavy to be posted to a
 * thread at once is not kept.
 */
export class ReadComponents {
  /** The least recently used first. */
  readonly #kept: Map<string, { readonly read: ReadComponent; readonly weight: number }> =
    new Map();
  #weight = 0;

  get(name: string): ReadComponent | undefined {
    const found = this.#kept.get(name);
    if (found === undefined) return undefined;
    this.#kept.delete(name);
    this.#kept.set(name, found);
    return found.read;
  }

  keep(name: string, read: ReadComponent): void {
    const weight = weightOf(partsRead(read), HEAVIEST);
    if (weight > HEAVIEST) return;
    this.#drop(name);
    this.#kept.set(name, { read, weight });
    this.#weight += weight;
    for (const [oldest] of this.#kept) {
      if (this.#kept.size <= MOST_READ && this.#weight <= ALL_WEIGH) break;
      this.#drop(oldest);
    }
  }

  #drop(name: string): void {
    this.#weight -= this.#kept.get(name)?.weight ?? 0;
    this.#kept.delete(name);
  }
}
