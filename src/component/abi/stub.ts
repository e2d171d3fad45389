// Functions whose code is made when they are first called.
import { FUNCTIONS, METHODS } from "./generated/stub-places.ts";
import type { CoreFunction } from "./call-site.ts";

export interface StubShape {
  readonly params: number;
  /** Hands `this` on. */
  readonly method: boolean;
}

/** Answers a function that hands over to the one that `make` answers. */
export type Stub = (make: () => CoreFunction) => CoreFunction;

/**
 * Stubs of one place in the source are the same code to a JavaScript engine, which can't know what
 * they call once they call different functions: so there are many places, and emit/compile.ts has one
 * for each stub. They take as many arguments as they say: an array of them would be most of what a
 * call costs.
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
