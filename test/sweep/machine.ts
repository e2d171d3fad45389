// Moments, and how long it was between them. On a machine that other processes use, what they took of it
// is left out: then it is the processor time of the threads that something waits for, which sees what
// computes for long, and nothing that waits. Linux only; elsewhere it is what the clock says.
import { readdirSync, readFileSync } from "node:fs";

/** Processors that others use, from which on the machine counts as busy. */
export const BUSY = 0.2;

export interface Moment {
  readonly at: number;
  /**
   * Milliseconds of processor time so far: of the thread of the host's event loop, and of each of the guests'.
   */
  readonly main: number;
  readonly guests: readonly number[];
}

export class Machine {
  readonly #guests: readonly string[];
  #before: { readonly all: number; readonly own: number; readonly at: number };

  /** `guests`: numbers of the threads that guests run on. */
  constructor(guests: readonly string[]) {
    this.#guests = guests;
    this.#before = used();
  }

  now(): Moment {
    const guests = this.#guests.map(ran);
    return { at: performance.now(), main: ran(`${process.pid}`), guests };
  }

  /**
   * Milliseconds that what the host asked of a guest took. It waits for one of the guests' threads. Which
   * one is not known: of the one that ran least it is certain.
   */
  took(from: Moment, to: Moment): number {
    const clock = to.at - from.at;
    if (!this.busy) return clock;
    const guests = to.guests.map((ran, index) => ran - (from.guests[index] ?? 0));
    return Math.min(clock, to.main - from.main + (guests.length === 0 ? 0 : Math.min(...guests)));
  }

  /** Milliseconds that the event loop was held. */
  held(from: Moment, to: Moment): number {
    const clock = to.at - from.at;
    return this.busy ? Math.min(clock, to.main - from.main) : clock;
  }

  /** Processors that other processes used since it was told to forget. */
  get others(): number {
    const now = used();
    const { all, own, at } = this.#before;
    const seconds = (now.at - at) / 1_000;
    return seconds === 0 ? 0 : Math.max(0, (now.all - all - (now.own - own)) / seconds);
  }

  get busy(): boolean {
    return this.others > BUSY;
  }

  forget(): void {
    this.#before = used();
  }
}

/** This process's threads, by number. */
export function threadsOf(): readonly string[] {
  try {
    return readdirSync("/proc/self/task");
  } catch {
    return [];
  }
}

function ran(thread: string): number {
  return Number(read(`/proc/self/task/${thread}/schedstat`).split(" ", 1)[0]) / 1e6;
}

// Seconds of processor time: of all processes, and of this one.
function used(): { readonly all: number; readonly own: number; readonly at: number } {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = read("/proc/stat")
    .split("\n", 1)[0]!
    .split(/\s+/)
    .slice(1)
    .map(Number);
  const { user: ownUser, system: ownSystem } = process.cpuUsage();
  return {
    all: (user + nice + system + irq + softirq + steal) / 100,
    own: (ownUser + ownSystem) / 1e6,
    at: performance.now(),
  };
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
