// CanonicalABI.md, "Waitable State".
import { type ComponentInstance } from "../store.ts";
import { addOwn } from "../resources/handles.ts";
import { trap } from "../trap.ts";
import type { Thread } from "./thread.ts";

/** CanonicalABI.md, `EventCode`. */
export const EVENTS = {
  none: 0,
  subtask: 1,
  streamRead: 2,
  streamWrite: 3,
  futureRead: 4,
  futureWrite: 5,
  cancelled: 6,
} as const;

/** A code, and two numbers that depend on it. */
export type Event = readonly [code: number, p1: number, p2: number];

export const NO_EVENT: Event = [EVENTS.none, 0, 0];
export const CANCELLED: Event = [EVENTS.cancelled, 0, 0];

/** Something whose events a guest can wait for. */
export abstract class Waitable {
  readonly inst: ComponentInstance;
  /** Its handle; 0: it has none yet. */
  index = 0;
  set: WaitableSet | undefined = undefined;
  /** The thread that waits for its next event, by itself. */
  waiter: Thread | undefined = undefined;
  #event: (() => Event) | undefined = undefined;

  constructor(inst: ComponentInstance) {
    this.inst = inst;
  }

  get hasEvent(): boolean {
    return this.#event !== undefined;
  }

  /** `event` is called when the event is delivered. It takes the place of one that was not. */
  notify(event: () => Event): void {
    this.#event = event;
    const { scheduler } = this.inst.store;
    if (this.waiter !== undefined) scheduler!.wake(this.waiter);
    this.set?.happened(this);
  }

  take(): Event {
    const event = this.#event!;
    this.#event = undefined;
    this.set?.taken(this);
    return event();
  }

  join(set: WaitableSet | undefined): void {
    this.set?.remove(this);
    this.set = set;
    set?.add(this);
  }

  /** Traps where it is still in use. */
  drop(): void {
    this.join(undefined);
  }
}

export class WaitableSet {
  readonly inst: ComponentInstance;
  readonly #elems: Set<Waitable> = new Set();
  /** Those that have an event, in the order in which these happened. */
  readonly #happened: Set<Waitable> = new Set();
  readonly waiters: Set<Thread> = new Set();

  constructor(inst: ComponentInstance) {
    this.inst = inst;
  }

  get hasEvent(): boolean {
    return this.#happened.size > 0;
  }

  add(waitable: Waitable): void {
    this.#elems.add(waitable);
    if (waitable.hasEvent) this.happened(waitable);
  }

  remove(waitable: Waitable): void {
    this.#elems.delete(waitable);
    this.#happened.delete(waitable);
  }

  happened(waitable: Waitable): void {
    this.#happened.add(waitable);
    for (const thread of this.waiters) this.inst.store.scheduler!.wake(thread);
  }

  taken(waitable: Waitable): void {
    this.#happened.delete(waitable);
  }

  take(): Event {
    const [first] = this.#happened;
    return first!.take();
  }

  drop(): void {
    if (this.#elems.size > 0) {
      trap("set-in-use", "cannot drop waitable set with waitables in it");
    }
    if (this.waiters.size > 0) trap("set-in-use", "cannot drop waitable set with waiters");
  }
}

/** The waitable that a handle of the instance stands for. */
export function waitableAt(inst: ComponentInstance, index: number): Waitable {
  return inst.handles.get(index, inst.store.waitables).rep as Waitable;
}

export function setAt(inst: ComponentInstance, index: number): WaitableSet {
  return inst.handles.get(index, inst.store.waitableSets).rep as WaitableSet;
}

/** Gives a waitable a handle. */
export function addWaitable(waitable: Waitable): number {
  const { inst } = waitable;
  return (waitable.index = addOwn(inst, inst.store.waitables, waitable));
}
