// Functions whose code is made when they are first called.
import { FUNCTIONS, METHODS } from "./generated/stub-places.ts";
import type { CoreFunction } from "./call-site.ts";

export interface StubShape {
  readonly params: number;
  /** Whether it passes `this` on. */
  readonly method: boolean;
}

/** Returns a function that calls the one that `make` returns. */
export type Stub = (make: () => CoreFunction) => CoreFunction;

/**
 * A JavaScript engine treats all stubs from one place in the source as one piece of code. It does
 * not inline a call there that reaches different functions. So there are many places, and
 * emit/compile.ts has one for each stub. Their parameters are written out, because an array of
 * arguments would be most of the cost of a call.
 */
export function placedStub(nth: number, { params, method }: StubShape): Stub {
  const place = nth % FUNCTIONS.length;
  return (method ? METHODS : FUNCTIONS)[place]![params] ?? (method ? methodStub : functionStub);
}

function functionStub(make: () => CoreFunction): CoreFunction {
  let made: CoreFunction | undefined;
  return (...args) => (made ??= make())(...args);
}

function methodStub(make: () => CoreFunction): CoreFunction {
  let made: CoreFunction | undefined;
  return function (this: unknown, ...args) {
    return (made ??= make()).apply(this, args as []);
  };
}
