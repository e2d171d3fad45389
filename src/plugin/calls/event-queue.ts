import type { BusPower } from "../../interfaces/bus.ts";
import type { Caller } from "../../interfaces/define.ts";
import type { Timers } from "../../platform/clock.ts";

/** An event that one plugin emitted for others. */
export interface EmittedEvent {
  readonly from: string;
  /** `event:scope/plugin:name` */
  readonly event: `event:${string}`;
  readonly payload: string;
  /** How many events led to this one. */
  readonly depth: number;
}

/** Events of one plugin that have not been handled by everyone yet, and characters of their payloads together. */
const MAX_WAITING = 256;
const MAX_WAITING_LENGTH = 4 * 1024 * 1024;
/** Plugins that answer each other's events would go on for ever. */
export const MAX_DEPTH = 8;

/**
 * Holds back what plugins emit until their own call has ended, then hands it on, in order, with a
 * turn of the timers in between: however much they emit, the host's own work goes on.
 */
export class EventQueue implements BusPower {
  readonly #timers: Timers;
  readonly #deliver: (event: EmittedEvent) => Promise<unknown>;
  readonly #waiting: Map<string, { events: number; length: number }> = new Map();
  /** By the instance that emitted them. */
  readonly #held: Map<Caller, EmittedEvent[]> = new Map();
  /** What each instance is handling now. */
  readonly #depths: Map<Caller, number> = new Map();
  #ready: EmittedEvent[] = [];
  #timer: Disposable | undefined;

  /** `deliver` settles when the event has been handled; it never rejects. */
  constructor(timers: Timers, deliver: (event: EmittedEvent) => Promise<unknown>) {
    this.#timers = timers;
    this.#deliver = deliver;
  }

  emit(caller: Caller, name: string, payload: string): boolean {
    const { plugin } = caller;
    const depth = (this.#depths.get(caller) ?? 0) + 1;
    const { events, length } = this.#waiting.get(plugin) ?? { events: 0, length: 0 };
    const all = length + payload.length;
    if (events >= MAX_WAITING || all > MAX_WAITING_LENGTH || depth > MAX_DEPTH) return false;
    this.#waiting.set(plugin, { events: events + 1, length: all });
    const held = this.#held.get(caller) ?? [];
    held.push({ from: plugin, event: `event:${plugin}:${name}`, payload, depth });
    this.#held.set(caller, held);
    return true;
  }

  /** While the instance handles an event of this depth, what it emits is one deeper. */
  handling(caller: Caller, depth: number): void {
    this.#depths.set(caller, depth);
  }

  /** How many events led to what a plugin does now: 0 where it handles none. */
  depthOf(plugin: string): number {
    let depth = 0;
    for (const [caller, own] of this.#depths) {
      if (caller.plugin === plugin) depth = Math.max(depth, own);
    }
    return depth;
  }

  /** The instance's call is over. */
  release(caller: Caller): void {
    this.#depths.delete(caller);
    const held = this.#held.get(caller);
    if (held === undefined) return;
    this.#held.delete(caller);
    this.#ready.push(...held);
    this.#timer ??= this.#timers.after(0, () => {
      this.#timer = undefined;
      const ready = this.#ready;
      this.#ready = [];
      for (const event of ready) void this.#send(event);
    });
  }

  async #send(event: EmittedEvent): Promise<void> {
    await this.#deliver(event);
    const waiting = this.#waiting.get(event.from);
    if (waiting === undefined) return;
    waiting.events--;
    waiting.length -= event.payload.length;
    if (waiting.events === 0) this.#waiting.delete(event.from);
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#held.clear();
    this.#ready = [];
  }
}
