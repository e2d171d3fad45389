import type { StorageWatch } from "../../storage-watch.ts";
import type { DerivedStore } from "./derived-store.ts";
import { type CompiledKey, keyText } from "./key.ts";
import { ReadComponents } from "./memory.ts";
import type { ReadComponent } from "./read.ts";

/**
 * What a host knows of components: results of this run, in memory, and of earlier runs, where the
 * platform keeps them.
 */
export class CompiledStore {
  readonly #read: ReadComponents = new ReadComponents();
  readonly #disk: DerivedStore | undefined;

  /** `disk` undefined: nothing outlives the process. */
  constructor(disk?: DerivedStore | undefined) {
    this.#disk = disk;
  }

  watch(storage: StorageWatch): void {
    this.#disk?.watch?.(storage);
  }

  /** The result of reading in this run, if it is still kept. */
  recall(key: CompiledKey): ReadComponent | undefined {
    return this.#read.get(keyText(key));
  }

  /** `bytes`: the size of the component. */
  remember(key: CompiledKey, read: ReadComponent): void {
    this.#read.keep(keyText(key), read);
  }

  /** What an earlier run has kept; undefined where there is nothing. See DerivedStore. */
  find(key: CompiledKey): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    return this.#disk?.get(keyText(key));
  }

  /**
   * Keeps something for later runs: see DerivedStore. `make` is never called where nothing outlives
   * the process.
   */
  keep(key: CompiledKey, make: () => Uint8Array): void {
    this.#disk?.keep(keyText(key), make);
  }

  /** Whether anything outlives the process. */
  get lasts(): boolean {
    return this.#disk !== undefined;
  }
}
