import type { Clock, Timers } from "../platform/clock.ts";
import type { Entropy } from "../platform/entropy.ts";
import { type BegunCall, GuestError, type Targets } from "./realm/targets.ts";

/** The numbers of what the runtime itself needs. */
export const CONSOLE = 0;
export const RANDOM = 1;
export const SLEEP = 2;
export const DROP = 3;
export const PERFORMANCE = 4;
/** The first number of what a program imports. */
export const FIRST_TARGET = 16;

/** The levels of `console`. */
export const CONSOLE_LEVELS = ["debug", "log", "info", "warn", "error", "trace"] as const;
/** A method of `console`. */
export type ConsoleLevel = (typeof CONSOLE_LEVELS)[number];

/** Given by whoever starts a realm: what a program's runtime has. */
export interface StandardPowers {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly entropy: Entropy;
  /** A line of the program's console. What it throws is thrown by a target: see Targets. */
  print(level: ConsoleLevel, text: string): void;
  /** The program has let go of a resource. Default: there are none. */
  drop?(number: number, handle: number): void;
  /** What the program imports, from FIRST_TARGET on, and what else it may call. */
  readonly further: Pick<Targets, "call" | "start" | "again">;
}

/** The most bytes of randomness in one call, as of `crypto.getRandomValues`. */
const MOST_RANDOM = 65_536;

/** Milliseconds between two times that a program can tell apart. */
const RESOLUTION_MS = 0.1;

/**
 * What the runtime itself calls, in front of what the program imports. The arguments are a
 * program's: they may be anything.
 */
export function standardTargets(powers: StandardPowers): Targets {
  const { clock, timers, entropy, further } = powers;
  const started = clock.monotonic();
  return {
    now: () => coarse(clock.now()),
    call(target, args) {
      switch (target) {
        case CONSOLE:
          return print(powers, args);
        case RANDOM:
          return entropy.bytes(bytesOf(args[0]));
        case DROP:
          return powers.drop?.(Number(args[0]), Number(args[1]));
        case PERFORMANCE:
          return coarse(clock.monotonic() - started);
        default:
          return further.call(target, args);
      }
    },
    start(target, args, call) {
      if (target === SLEEP) return sleep(timers, args[0], call);
      return further.start(target, args, call);
    },
    again(target, args) {
      if (target === CONSOLE) print(powers, args);
      else if (target >= FIRST_TARGET) further.again?.(target, args);
    },
  };
}

function print(powers: StandardPowers, [level, text]: readonly unknown[]): void {
  powers.print(levelOf(level), typeof text === "string" ? text : "");
}

function sleep(timers: Timers, given: unknown, { signal }: BegunCall): Promise<void> {
  const ms = typeof given === "number" && given > 0 ? given : 0;
  return new Promise((resolve) => {
    const pending = timers.after(ms, () => resolve());
    // Nobody waits for the promise then.
    signal.addEventListener("abort", () => pending[Symbol.dispose](), { once: true });
  });
}

function levelOf(given: unknown): ConsoleLevel {
  return CONSOLE_LEVELS.find((level) => level === given) ?? "log";
}

function bytesOf(given: unknown): number {
  if (Number.isInteger(given) && (given as number) >= 0 && (given as number) <= MOST_RANDOM) {
    return given as number;
  }
  throw new GuestError(new RangeError(`at most ${MOST_RANDOM} random bytes at a time`));
}

function coarse(ms: number): number {
  return Math.floor(ms / RESOLUTION_MS) * RESOLUTION_MS;
}
