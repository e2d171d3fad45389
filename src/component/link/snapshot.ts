// How an instance was at one moment, to make it so again.
import { type GlobalCell, Snapshot } from "../../pool/snapshot.ts";
import { disposeHost, IDLE, type ComponentInstance, type Store } from "../abi/store.ts";
import type { SavedHandles } from "../abi/resources/handles.ts";
import { exposeState, type StateNames } from "../transform/expose-state.ts";

/** Of one core instance: undefined where something of it is out of reach. */
export type CoreState =
  | readonly [exports: Readonly<Record<string, unknown>>, names: StateNames]
  | undefined;

/**
 * Pages that a memory is given ahead of what it has at the moment, and several together at most: what calls
 * take of them is put back. A call that takes more leaves a memory that can't be.
 */
const ROOM = 16;
const ROOM_TOGETHER = 64;
const PAGE = 65_536;
/** Reading tables costs about 50 ns an element: with more, a new instance is the cheaper one. */
const MAX_ELEMENTS = 20_000;

interface SavedInstance {
  readonly instance: ComponentInstance;
  readonly handles: SavedHandles;
  readonly backpressure: number;
}

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
   * Undefined where the instance is in a call or has ended, or keeps state that can't be reached.
   * `roomy`: its memories were given their room by an earlier one.
   */
  static take(
    store: Store,
    cores: readonly CoreState[],
    roomy: boolean,
  ): InstanceSnapshot | undefined {
    if (store.state !== IDLE) return undefined;
    if (store.instances.some(({ thread }) => thread !== undefined)) return undefined;
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
      // A table of what JavaScript can't read.
      return undefined;
    }
  }

  /** Bytes that it keeps. */
  get bytes(): number {
    return this.#cells.bytes;
  }

  /**
   * False where it can't be made so again, which leaves the instance as it may be: end it then. What
   * the guest came by since then is dropped without its doing: the host's resources are disposed of,
   * the destructors of its own don't run. Throws the first thing that a host's dispose threw, when all
   * is done.
   */
  restore(): boolean {
    const store = this.#store;
    if (store.state !== IDLE) return false;
    // What the host holds of the guest's lives in the memory that is about to be made anew.
    if (!store.held.isAsSaved(this.#held)) return false;
    if (!this.#instances.every(({ instance, handles }) => instance.handles.holds(handles))) {
      return false;
    }
    if (!this.#cells.restore()) return false;
    const faults: unknown[] = [];
    for (const { instance, handles, backpressure } of this.#instances) {
      instance.backpressure = backpressure;
      instance.thread = undefined;
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

/** The guest goes on counting the pages that it asked for. */
function giveRoom(memory: WebAssembly.Memory, pages: number): void {
  try {
    memory.grow(pages);
  } catch {
    // It is at its cap: what it grows by from here on is all it gets.
  }
}

/** All that restorable instances need besides. */
export interface Snapshots {
  readonly expose: typeof exposeState;
  readonly take: typeof InstanceSnapshot.take;
}

export const snapshots: Snapshots = { expose: exposeState, take: InstanceSnapshot.take };
