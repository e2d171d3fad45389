// The saved state of an instance, to restore it later.
import { type GlobalCell, Snapshot } from "../../pool/snapshot.ts";
import { disposeHost, IDLE, type ComponentInstance, type Store } from "../abi/store.ts";
import type { SavedHandles } from "../abi/resources/handles.ts";
import { exposeState, type StateNames } from "../transform/expose-state.ts";

/** The state of one core instance; undefined where part of it is out of reach. */
export type CoreState =
  | readonly [exports: Readonly<Record<string, unknown>>, names: StateNames]
  | undefined;

/**
 * How many pages a memory gets in addition to those that it has now, and how many several memories
 * get together at most. Calls use these pages, and restoring frees them. A memory that has grown
 * beyond them can't be restored.
 */
const ROOM = 16;
const ROOM_TOGETHER = 64;
const PAGE = 65_536;
/**
 * Reading a table takes about 50 ns an element: with more elements, making a new instance is
 * cheaper.
 */
const MAX_ELEMENTS = 20_000;

interface SavedInstance {
  readonly instance: ComponentInstance;
  readonly handles: SavedHandles;
  readonly backpressure: number;
}

/** An earlier state of an instance: `Instance.snapshot` makes one. */
export class InstanceSnapshot {
  readonly #store: Store;
  readonly #cells: Snapshot;
  readonly #instances: readonly SavedInstance[];
  readonly #held: SavedHandles;

  private constructor(store: Store, cells: Snapshot) {
    this.#store = store;
    this.#cells = cells;
    this.#instances = store.instances.map((instance) => ({
      instance,
      handles: instance.handles.save(),
      backpressure: instance.backpressure,
    }));
    this.#held = store.held.save();
  }

  /**
   * Undefined where the instance is in a call or has ended, or has state that can't be reached.
   * `roomy`: an earlier snapshot has already given its memories the additional pages.
   */
  static take(
    store: Store,
    cores: readonly CoreState[],
    roomy: boolean,
  ): InstanceSnapshot | undefined {
    if (store.state !== IDLE) return undefined;
    if (store.scheduler?.busy === true) return undefined;
    const memories: WebAssembly.Memory[] = [];
    const tables: WebAssembly.Table[] = [];
    const globals: GlobalCell[] = [];
    for (const core of cores) {
      if (core === undefined) return undefined;
      const [exports, names] = core;
      for (const name of names.memories) memories.push(exports[name] as WebAssembly.Memory);
      for (const name of names.tables) tables.push(exports[name] as WebAssembly.Table);
      for (const name of names.globals) globals.push(exports[name] as WebAssembly.Global);
    }
    if (!roomy) {
      const pages = Math.min(ROOM, Math.floor(ROOM_TOGETHER / memories.length));
      if (memories.length > 0 && !store.holdings.keep(pages * memories.length * PAGE))
        return undefined;
      for (const memory of memories) giveRoom(memory, pages);
    }
    if (tables.reduce((sum, { length }) => sum + length, 0) > MAX_ELEMENTS) return undefined;
    try {
      const snapshot = new InstanceSnapshot(store, new Snapshot({ memories, tables, globals }));
      return store.holdings.keep(snapshot.bytes) ? snapshot : undefined;
    } catch {
      // A table of a type that JavaScript can't read.
      return undefined;
    }
  }

  /** The bytes that the snapshot takes. */
  get bytes(): number {
    return this.#cells.bytes;
  }

  /**
   * Returns false where the state can't be restored; the instance is then in an unknown state and
   * must be ended. What the guest has acquired since is dropped without running it: the host's
   * resources are disposed of, and destructors of its own resources do not run. Throws the first
   * error of a host's dispose, at the end.
   */
  restore(): boolean {
    const store = this.#store;
    if (store.state !== IDLE || store.scheduler?.busy === true) return false;
    // A guest's resource that the host holds refers to memory that is about to be restored.
    if (!store.held.isAsSaved(this.#held)) return false;
    if (!this.#instances.every(({ instance, handles }) => instance.handles.holds(handles))) {
      return false;
    }
    if (!this.#cells.restore()) return false;
    const faults: unknown[] = [];
    for (const { instance, handles, backpressure } of this.#instances) {
      instance.backpressure = backpressure;
      for (const { type, rep, scope } of instance.handles.restore(handles)) {
        if (scope !== undefined || type.implementer !== undefined) continue;
        try {
          disposeHost(rep);
        } catch (thrown) {
          faults.push(thrown);
        }
      }
    }
    if (faults.length > 0) throw faults[0];
    return true;
  }
}

/** Adds pages. The guest still counts only those that it has asked for. */
function giveRoom(memory: WebAssembly.Memory, pages: number): void {
  try {
    memory.grow(pages);
  } catch {
    // The memory is at its cap, so there are no additional pages.
  }
}

/** Everything that restorable instances need in addition. */
export interface Snapshots {
  readonly expose: typeof exposeState;
  readonly take: typeof InstanceSnapshot.take;
}

export const snapshots: Snapshots = { expose: exposeState, take: InstanceSnapshot.take };
