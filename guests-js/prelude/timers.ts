// Timers: each is a call of the host's `sleep` that is under way.
import { apply, defineGlobal, mapDelete, mapGet, mapSet, promiseThen } from "./primordials.ts";
import { TARGETS } from "./native.ts";

type Callback = (...args: unknown[]) => unknown;

interface Timer {
  call: number;
}

const timers = new Map<number, Timer>();
let last = 0;

// As the web has it: whole milliseconds, at most what 31 bits hold.
function milliseconds(given: unknown): number {
  const delay = Number(given);
  return delay >= 1 && delay <= 0x7fffffff ? Math.trunc(delay) : 0;
}

function run(callback: Callback, args: unknown[]): void {
  try {
    apply(callback, globalThis, args);
  } catch (error) {
    native.report(error);
  }
}

function begin(callback: unknown, delay: unknown, args: unknown[], again: boolean): number {
  if (typeof callback !== "function") throw new TypeError("A timer wants a function.");
  const ms = milliseconds(delay);
  last += 1;
  const id = last;
  const timer: Timer = { call: 0 };
  const wait = (): void => {
    const slept = native.start(TARGETS.sleep, [ms]);
    timer.call = native.lastCall();
    promiseThen(
      slept,
      () => {
        if (mapGet(timers, id) !== timer) return;
        if (!again) mapDelete(timers, id);
        run(callback as Callback, args);
        if (again && mapGet(timers, id) === timer) wait();
      },
      (error) => {
        mapDelete(timers, id);
        native.report(error);
      },
    );
  };
  mapSet(timers, id, timer);
  wait();
  return id;
}

function clear(id: unknown): void {
  const timer = mapGet(timers, Number(id)) as Timer | undefined;
  if (timer === undefined) return;
  mapDelete(timers, Number(id));
  native.abandon(timer.call);
}

const resolved = Promise.resolve();

/** What the web calls these functions. */
export function defineTimers(): void {
  const functions = {
    setTimeout: (callback: unknown, delay?: unknown, ...args: unknown[]): number =>
      begin(callback, delay, args, false),
    setInterval: (callback: unknown, delay?: unknown, ...args: unknown[]): number =>
      begin(callback, delay, args, true),
    clearTimeout: (id?: unknown): void => clear(id),
    clearInterval: (id?: unknown): void => clear(id),
    queueMicrotask: (callback: Callback): void => {
      if (typeof callback !== "function") throw new TypeError("A microtask is a function.");
      promiseThen(resolved, () => run(callback, []));
    },
  };
  defineGlobal("setTimeout", functions.setTimeout);
  defineGlobal("setInterval", functions.setInterval);
  defineGlobal("clearTimeout", functions.clearTimeout);
  defineGlobal("clearInterval", functions.clearInterval);
  defineGlobal("queueMicrotask", functions.queueMicrotask);
}
