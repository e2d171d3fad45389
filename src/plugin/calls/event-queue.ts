import type { BusPower } from "../../interfaces/bus.ts";
import type { Caller } from "../../interfaces/define.ts";
import type { Timers } from "../../platform/clock.ts";

/** An event that one plugin emitted for others. */
export interface EmittedEvent {
  readonly from: string;
  /** `event:scope/plugin:name` */
  readonly event: `event:${string}`;
  readonly payload: string;
  /** How many events, each caused by the one before, led to this one. */
  readonly depth: number;
}

/**
 * The most events of one plugin that wait to be handled, and the most characters of their payloads
 * together.
 */
const MAX_WAITING = 256;
const MAX_WAITING_LENGTH = 4 * 1024 * 1024;
/** The limit for plugins that answer each other's events, which would otherwise go on for ever. */
export const MAX_DEPTH = 8;

/**
 * Holds back the events that plugins emit until the emitting call has ended, then delivers them in
 * order, with a turn of the timers in between: however many events there are, the host's own work
 * continues.
 */
export class EventQueue implements BusPower {
  readonly #timers: Timers;
  readonly #deliver: (event: EmittedEvent) => Promise<unknown>;
  readonly #waiting: Map<string, { events: number; length: number }> = new Map();
  /** Held events, by the instance that emitted them. */
  readonly #held: Map<Caller, EmittedEvent[]> = new Map();
  /** The depth of the event that each instance is handling. */
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

  /** While the instance handles an event of this depth, events that it emits are one deeper. */
  handling(caller: Caller, depth: number): void {
    this.#depths.set(caller, depth);
  }

  /** The depth of what a plugin does now: 0 where it handles no event. */
  depthOf(plugin: string): number {
    let depth = 0;
    for (const [caller, own] of this.#depths) {
      if (caller.plugin === plugin) depth = Math.max(depth, own);
    }
    return depth;
  }

  /** The instance's call has ended. */
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
