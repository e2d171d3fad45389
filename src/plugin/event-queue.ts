import type { BusPower } from "../interfaces/bus.ts";
import type { Timers } from "../platform/clock.ts";

/// An event that one plugin emitted for others.
export interface EmittedEvent {
  /// `event:scope/plugin:name`
  readonly event: `event:${string}`;
  readonly payload: string;
  /// How many events led to this one.
  readonly depth: number;
}

const MAX_WAITING = 256;
/// Plugins that answer each other's events would go on for ever.
const MAX_DEPTH = 16;

/// Holds back what plugins emit until their own call has ended, then hands it on, in order, with a
/// turn of the timers in between: however much they emit, the host's own work goes on.
export class EventQueue implements BusPower {
  readonly #timers: Timers;
  readonly #deliver: (event: EmittedEvent) => void;
  readonly #held: Map<string, EmittedEvent[]> = new Map();
  /// What each plugin is handling now.
  readonly #depths: Map<string, number> = new Map();
  #ready: EmittedEvent[] = [];
  #timer: Disposable | undefined;

  constructor(timers: Timers, deliver: (event: EmittedEvent) => void) {
    this.#timers = timers;
    this.#deliver = deliver;
  }

  emit(plugin: string, name: string, payload: string): boolean {
    const depth = (this.#depths.get(plugin) ?? 0) + 1;
    const held = this.#held.get(plugin) ?? [];
    if (held.length >= MAX_WAITING || depth > MAX_DEPTH) return false;
    held.push({ event: `event:${plugin}:${name}`, payload, depth });
    this.#held.set(plugin, held);
    return true;
  }

  /// While `plugin` handles an event of this depth, what it emits is one deeper.
  handling(plugin: string, depth: number): void {
    this.#depths.set(plugin, depth);
  }

  /// The plugin's turn is over.
  release(plugin: string): void {
    this.#depths.delete(plugin);
    const held = this.#held.get(plugin);
    if (held === undefined) return;
    this.#held.delete(plugin);
    this.#ready.push(...held);
    this.#timer ??= this.#timers.after(0, () => {
      this.#timer = undefined;
      const ready = this.#ready;
      this.#ready = [];
      for (const event of ready) this.#deliver(event);
    });
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#held.clear();
    this.#ready = [];
  }
}
