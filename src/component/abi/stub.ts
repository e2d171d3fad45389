/// Functions whose code is made when they are first called.
import type { CoreFunction } from "./call-site.ts";

export interface StubShape {
  readonly params: number;
  /// Hands `this` on.
  readonly method: boolean;
}

/// Answers a function that hands over to the one that `make` answers.
export type Stub = (make: () => CoreFunction) => CoreFunction;

/// All of one shape are the same code to a JavaScript engine, which then can't know what they call:
/// emit/compile.ts has faster ones.
export function sharedStub({ params, method }: StubShape): Stub {
  return method ? (make) => methodStub(params, make) : (make) => functionStub(params, make);
}

/// Takes as many arguments as it says: an array of them would be most of what a call costs.
function functionStub(params: number, make: () => CoreFunction): CoreFunction {
  let made: CoreFunction | undefined;
  switch (params) {
    case 0:
      return () => (made ??= make())();
    case 1:
      return (a) => (made ??= make())(a);
    case 2:
      return (a, b) => (made ??= make())(a, b);
    case 3:
      return (a, b, c) => (made ??= make())(a, b, c);
    case 4:
      return (a, b, c, d) => (made ??= make())(a, b, c, d);
    case 5:
      return (a, b, c, d, e) => (made ??= make())(a, b, c, d, e);
    case 6:
      return (a, b, c, d, e, f) => (made ??= make())(a, b, c, d, e, f);
    default:
      return (...args) => (made ??= make())(...args);
  }
}

function methodStub(params: number, make: () => CoreFunction): CoreFunction {
  let made: CoreFunction | undefined;
  switch (params) {
    case 0:
      return function (this: unknown) {
        return (made ??= make()).call(this);
      };
    case 1:
      return function (this: unknown, a) {
        return (made ??= make()).call(this, a);
      };
    default:
      return function (this: unknown, ...args) {
        return (made ??= make()).apply(this, args as []);
      };
  }
}
