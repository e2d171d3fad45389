// Honest neighbours that work without a pause.
import type { Host } from "../../src/index.ts";
import { Machine, type Moment } from "./machine.ts";
import type { Latency } from "./outcome.ts";

// Milliseconds from the start of one call to that of the next, where nothing holds it up.
const EVERY_MS = 4;
const LOOK_MS = 2;

export interface Watched {
  readonly latency: Latency;
  readonly failed: readonly string[];
  /** The longest that the event loop was held. */
  readonly loopMs: number;
  /** Processors that other processes used. */
  readonly others: number;
}

interface Span {
  readonly from: Moment;
  readonly to: Moment;
}

/** Calls each again and again until `stop`. */
export class Neighbourhood {
  readonly #machine: Machine;
  readonly #calls: Span[] = [];
  /** Of the event loop, the long ones. */
  readonly #turns: Span[] = [];
  readonly #failed: string[] = [];
  readonly #callers: readonly Promise<void>[];
  readonly #watch: NodeJS.Timeout;
  #working = true;
  #turned: Moment;

  constructor(host: Host, events: readonly string[], machine: Machine) {
    this.#machine = machine;
    this.#turned = machine.now();
    this.#watch = setInterval(() => this.#turn(), LOOK_MS);
    this.#callers = events.map((event) => this.#call(host, event));
  }

  /** Since the last time that it was asked. */
  look(): Watched {
    this.#turn();
    const machine = this.#machine;
    const { others } = machine;
    // One that takes long stands for those that would have been made meanwhile.
    const samples = this.#calls.flatMap(({ from, to }) => {
      const ms = machine.took(from, to);
      const stood = Math.max(1, Math.ceil(ms / EVERY_MS));
      return Array.from({ length: stood }, (_, index) => ms - index * EVERY_MS);
    });
    samples.sort((one, other) => one - other);
    const at = (part: number): number =>
      samples[Math.min(samples.length - 1, Math.floor(samples.length * part))] ?? 0;
    const latency = { calls: this.#calls.length, p50: at(0.5), p99: at(0.99), max: at(1) };
    const loopMs = Math.max(0, ...this.#turns.map(({ from, to }) => machine.held(from, to)));
    this.#calls.length = this.#turns.length = 0;
    machine.forget();
    return { latency, failed: this.#failed.splice(0), loopMs, others };
  }

  async stop(): Promise<void> {
    this.#working = false;
    await Promise.all(this.#callers);
    clearInterval(this.#watch);
  }

  async #call(host: Host, event: string): Promise<void> {
    while (this.#working) {
      const from = this.#machine.now();
      const failure = await attempt(host, event);
      const to = this.#machine.now();
      if (failure !== undefined) this.#failed.push(failure);
      this.#calls.push({ from, to });
      await later(EVERY_MS - (to.at - from.at));
    }
  }

  #turn(): void {
    const now = this.#machine.now();
    if (now.at - this.#turned.at > 5 * LOOK_MS) this.#turns.push({ from: this.#turned, to: now });
    this.#turned = now;
  }
}

async function attempt(host: Host, event: string): Promise<string | undefined> {
  const { plugins } = await host.dispatch(event);
  const [one] = plugins;
  if (one?.tag === "handled") return undefined;
  return one?.tag === "failed"
    ? `${one.error.code}: ${one.error.message}`.slice(0, 200)
    : `${one?.tag}`;
}

export function later(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, Math.max(0, ms)));
}
