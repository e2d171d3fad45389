/** A call that a program began. */
export interface BegunCall {
  /** Aborts when the program wants the outcome no more, and when its realm ends. */
  readonly signal: AbortSignal;
}

/**
 * What a program can call, by numbers. Up to 15 they are the runtime's own needs (see
 * `standardTargets`), from 16 on those of the program's imports.
 *
 * What a target throws decides who hears of it. A GuestError, an Error with a `payload` of its own
 * and a value that is no Error are thrown in the program; a result that cannot cross is a TypeError
 * there. Any other Error ends the realm: `component-trap`, whose cause it is.
 */
export interface Targets {
  /** Answers before it returns. */
  call(target: number, args: readonly unknown[]): unknown;
  /** Begins a call, and may answer with a promise. */
  start(target: number, args: readonly unknown[], call: BegunCall): unknown;
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * A call was made, and answered, before the program was saved: it counts, and is not made. Default:
   * nothing is counted.
   */
  again?(target: number, args: readonly unknown[]): void;
}

/** Thrown by a target: the program gets `value` thrown. */
export class GuestError extends Error {
  override readonly name = "GuestError";
  readonly value: unknown;

  constructor(value: unknown) {
    super("thrown in the program");
    this.value = value;
  }
}

/** What a program threw and did not catch. */
export class GuestThrown extends Error {
  override readonly name = "GuestThrown";
  /** What was thrown: an Error with the program's name, message and stack, or any other value. */
  readonly value: unknown;

  constructor(value: unknown) {
    super("the program threw", { cause: value });
    this.value = value;
  }
}

/** A program waits for what can never come: nothing that it began is under way. */
export class NeverSettles extends Error {
  override readonly name = "NeverSettles";

  constructor() {
    super("the program awaits a promise that nothing will settle");
  }
}
