// CanonicalABI.md, "Table State" and "Resource State".
import type { ComponentInstance, ResourceState } from "../store.ts";
import { overLimit, trap } from "../trap.ts";

/** How many borrowed handles an instance must drop before the task that got them returns. */
export class BorrowScope {
  borrows = 0;
}

export class ResourceHandle {
  readonly type: ResourceState;
  /** A number where a guest implements the resource; the host's object where the host does. */
  readonly rep: unknown;
  /** Undefined: the handle owns the resource. */
  readonly scope: BorrowScope | undefined;
  lends = 0;
  /** Its index in the one table that it is put into. */
  index = 0;

  constructor(type: ResourceState, rep: unknown, scope: BorrowScope | undefined) {
    this.type = type;
    this.rep = rep;
    this.scope = scope;
  }
}

/** The saved state of a table. */
export interface SavedHandles {
  readonly slots: readonly (ResourceHandle | number)[];
  readonly free: number;
  readonly size: number;
}

/**
 * The handles of one component instance. Indices start at 1; freed ones are used again, last freed
 * first.
 */
export class HandleTable {
  readonly #limit: number;
  /** A free slot holds the index of the next free one. */
  #slots: (ResourceHandle | number)[] = [0];
  #free = 0;
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  add(handle: ResourceHandle): number {
    if (this.#size >= this.#limit) {
      overLimit("handles", `the instance holds ${this.#limit} handles already`);
    }
    this.#size++;
    const slots = this.#slots;
    let index = this.#free;
    if (index === 0) index = slots.length;
    else this.#free = slots[index] as number;
    slots[index] = handle;
    handle.index = index;
    return index;
  }

  /** Traps unless there is such a handle, of that type. */
  get(index: number, type: ResourceState): ResourceHandle {
    const handle = this.#slots[index >>> 0];
    if (typeof handle !== "object") {
      return trap("unknown-handle", `unknown handle index ${index >>> 0}`);
    }
    if (handle.type !== type) {
      trap(
        "wrong-handle",
        `handle index ${index} used with the wrong type, expected ${type.name ?? "a resource"} ` +
          `but found ${handle.type.name ?? "another resource"}`,
      );
    }
    return handle;
  }

  /** Traps where the handle is lent. */
  remove(index: number, type: ResourceState): ResourceHandle {
    const handle = this.get(index, type);
    if (handle.lends !== 0) trap("handle-lent", `cannot remove handle ${index} while it is lent`);
    this.#release(handle);
    return handle;
  }

  /** Removes the handle. Returns whether it was in the table. */
  discard(handle: ResourceHandle): boolean {
    if (this.#slots[handle.index] !== handle) return false;
    this.#release(handle);
    return true;
  }

  #release({ index }: ResourceHandle): void {
    this.#slots[index] = this.#free;
    this.#free = index;
    this.#size--;
  }

  save(): SavedHandles {
    return { slots: [...this.#slots], free: this.#free, size: this.#size };
  }

  /** Whether everything that was in the table still is, and nothing in it is lent. */
  holds({ slots }: SavedHandles): boolean {
    const lent = this.#slots.some((slot) => typeof slot === "object" && slot.lends !== 0);
    return !lent && slots.every((slot, i) => typeof slot !== "object" || this.#slots[i] === slot);
  }

  isAsSaved(saved: SavedHandles): boolean {
    return this.#size === saved.size && this.holds(saved);
  }

  /**
   * Restores the table, including the indices that it will assign next. Call it only where `holds`
   * is true. Returns the handles that have come since then, last made first.
   */
  restore({ slots, free, size }: SavedHandles): ResourceHandle[] {
    const added = this.#slots.filter(
      (slot, i): slot is ResourceHandle => typeof slot === "object" && slots[i] !== slot,
    );
    this.#slots = [...slots];
    this.#free = free;
    this.#size = size;
    return added.reverse();
  }

  /** Empties the table. Returns what was in it, last made first. */
  clear(): ResourceHandle[] {
    const handles = this.#slots.filter((slot) => typeof slot === "object").reverse();
    this.#slots = [0];
    this.#free = 0;
    this.#size = 0;
    return handles;
  }
}

/** CanonicalABI.md, `lift_own`. */
export function takeOwn(
  inst: ComponentInstance,
  index: number,
  type: ResourceState,
): ResourceHandle {
  const handle = inst.handles.remove(index, type);
  if (handle.scope !== undefined) {
    trap("handle-borrowed", `handle index ${index} is borrowed, an owning one was expected`);
  }
  return handle;
}

/** CanonicalABI.md, `lift_borrow`. The caller gives back what is in `lent` when the call ends. */
export function lend(
  inst: ComponentInstance,
  index: number,
  type: ResourceState,
  lent: { push(handle: ResourceHandle): unknown },
): unknown {
  const handle = inst.handles.get(index, type);
  handle.lends++;
  lent.push(handle);
  return handle.rep;
}

/** CanonicalABI.md, `lower_own`. */
export function addOwn(inst: ComponentInstance, type: ResourceState, rep: unknown): number {
  return inst.handles.add(new ResourceHandle(type, rep, undefined));
}

/** CanonicalABI.md, `lower_borrow`, for a resource that the instance does not implement itself. */
export function addBorrow(
  inst: ComponentInstance,
  type: ResourceState,
  rep: unknown,
  scope: BorrowScope,
): number {
  const index = inst.handles.add(new ResourceHandle(type, rep, scope));
  scope.borrows++;
  return index;
}

/** CanonicalABI.md, `Task.return_`. */
export function expectNoBorrows(scope: BorrowScope): void {
  if (scope.borrows > 0) {
    trap("borrows-remain", `the call returned with ${scope.borrows} borrowed handles not dropped`);
  }
}
