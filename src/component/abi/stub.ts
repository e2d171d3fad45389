// Functions whose code is made when they are first called.
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

type F = CoreFunction | undefined;

// oxfmt-ignore
const FUNCTIONS: readonly (readonly Stub[])[] = [
  [(m) => { let f: F; return () => (f ??= m())(); }, (m) => { let f: F; return (a) => (f ??= m())(a); }, (m) => { let f: F; return (a, b) => (f ??= m())(a, b); }, (m) => { let f: F; return (a, b, c) => (f ??= m())(a, b, c); }],
  [(m) => { let f: F; return () => (f ??= m())(); }, (m) => { let f: F; return (a) => (f ??= m())(a); }, (m) => { let f: F; return (a, b) => (f ??= m())(a, b); }, (m) => { let f: F; return (a, b, c) => (f ??= m())(a, b, c); }],
  [(m) => { let f: F; return () => (f ??= m())(); }, (m) => { let f: F; return (a) => (f ??= m())(a); }, (m) => { let f: F; return (a, b) => (f ??= m())(a, b); }, (m) => { let f: F; return (a, b, c) => (f ??= m())(a, b, c); }],
  [(m) => { let f: F; return () => (f ??= m())(); }, (m) => { let f: F; return (a) => (f ??= m())(a); }, (m) => { let f: F; return (a, b) => (f ??= m())(a, b); }, (m) => { let f: F; return (a, b, c) => (f ??= m())(a, b, c); }],
  [(m) => { let f: F; return () => (f ??= m())(); }, (m) => { let f: F; return (a) => (f ??= m())(a); }, (m) => { let f: F; return (a, b) => (f ??= m())(a, b); }, (m) => { let f: F; return (a, b, c) => (f ??= m())(a, b, c); }],
  [(m) => { let f: F; return () => (f ??= m())(); }, (m) => { let f: F; return (a) => (f ??= m())(a); }, (m) => { let f: F; return (a, b) => (f ??= m())(a, b); }, (m) => { let f: F; return (a, b, c) => (f ??= m())(a, b, c); }],
  [(m) => { let f: F; return () => (f ??= m())(); }, (m) => { let f: F; return (a) => (f ??= m())(a); }, (m) => { let f: F; return (a, b) => (f ??= m())(a, b); }, (m) => { let f: F; return (a, b, c) => (f ??= m())(a, b, c); }],
  [(m) => { let f: F; return () => (f ??= m())(); }, (m) => { let f: F; return (a) => (f ??= m())(a); }, (m) => { let f: F; return (a, b) => (f ??= m())(a, b); }, (m) => { let f: F; return (a, b, c) => (f ??= m())(a, b, c); }],
  [(m) => { let f: F; return () => (f ??= m())(); }, (m) => { let f: F; return (a) => (f ??= m())(a); }, (m) => { let f: F; return (a, b) => (f ??= m())(a, b); }, (m) => { let f: F; return (a, b, c) => (f ??= m())(a, b, c); }],
  [(m) => { let f: F; return () => (f ??= m())(); }, (m) => { let f: F; return (a) => (f ??= m())(a); }, (m) => { let f: F; return (a, b) => (f ??= m())(a, b); }, (m) => { let f: F; return (a, b, c) => (f ??= m())(a, b, c); }],
  [(m) => { let f: F; return () => (f ??= m())(); }, (m) => { let f: F; return (a) => (f ??= m())(a); }, (m) => { let f: F; return (a, b) => (f ??= m())(a, b); }, (m) => { let f: F; return (a, b, c) => (f ??= m())(a, b, c); }],
  [(m) => { let f: F; return () => (f ??= m())(); }, (m) => { let f: F; return (a) => (f ??= m())(a); }, (m) => { let f: F; return (a, b) => (f ??= m())(a, b); }, (m) => { let f: F; return (a, b, c) => (f ??= m())(a, b, c); }],
  [(m) => { let f: F; return () => (f ??= m())(); }, (m) => { let f: F; return (a) => (f ??= m())(a); }, (m) => { let f: F; return (a, b) => (f ??= m())(a, b); }, (m) => { let f: F; return (a, b, c) => (f ??= m())(a, b, c); }],
  [(m) => { let f: F; return () => (f ??= m())(); }, (m) => { let f: F; return (a) => (f ??= m())(a); }, (m) => { let f: F; return (a, b) => (f ??= m())(a, b); }, (m) => { let f: F; return (a, b, c) => (f ??= m())(a, b, c); }],
  [(m) => { let f: F; return () => (f ??= m())(); }, (m) => { let f: F; return (a) => (f ??= m())(a); }, (m) => { let f: F; return (a, b) => (f ??= m())(a, b); }, (m) => { let f: F; return (a, b, c) => (f ??= m())(a, b, c); }],
  [(m) => { let f: F; return () => (f ??= m())(); }, (m) => { let f: F; return (a) => (f ??= m())(a); }, (m) => { let f: F; return (a, b) => (f ??= m())(a, b); }, (m) => { let f: F; return (a, b, c) => (f ??= m())(a, b, c); }],
];

// oxfmt-ignore
const METHODS: readonly (readonly Stub[])[] = [
  [(m) => { let f: F; return function (this: unknown) { return (f ??= m()).call(this); }; }, (m) => { let f: F; return function (this: unknown, a) { return (f ??= m()).call(this, a); }; }, (m) => { let f: F; return function (this: unknown, a, b) { return (f ??= m()).call(this, a, b); }; }],
  [(m) => { let f: F; return function (this: unknown) { return (f ??= m()).call(this); }; }, (m) => { let f: F; return function (this: unknown, a) { return (f ??= m()).call(this, a); }; }, (m) => { let f: F; return function (this: unknown, a, b) { return (f ??= m()).call(this, a, b); }; }],
  [(m) => { let f: F; return function (this: unknown) { return (f ??= m()).call(this); }; }, (m) => { let f: F; return function (this: unknown, a) { return (f ??= m()).call(this, a); }; }, (m) => { let f: F; return function (this: unknown, a, b) { return (f ??= m()).call(this, a, b); }; }],
  [(m) => { let f: F; return function (this: unknown) { return (f ??= m()).call(this); }; }, (m) => { let f: F; return function (this: unknown, a) { return (f ??= m()).call(this, a); }; }, (m) => { let f: F; return function (this: unknown, a, b) { return (f ??= m()).call(this, a, b); }; }],
  [(m) => { let f: F; return function (this: unknown) { return (f ??= m()).call(this); }; }, (m) => { let f: F; return function (this: unknown, a) { return (f ??= m()).call(this, a); }; }, (m) => { let f: F; return function (this: unknown, a, b) { return (f ??= m()).call(this, a, b); }; }],
  [(m) => { let f: F; return function (this: unknown) { return (f ??= m()).call(this); }; }, (m) => { let f: F; return function (this: unknown, a) { return (f ??= m()).call(this, a); }; }, (m) => { let f: F; return function (this: unknown, a, b) { return (f ??= m()).call(this, a, b); }; }],
  [(m) => { let f: F; return function (this: unknown) { return (f ??= m()).call(this); }; }, (m) => { let f: F; return function (this: unknown, a) { return (f ??= m()).call(this, a); }; }, (m) => { let f: F; return function (this: unknown, a, b) { return (f ??= m()).call(this, a, b); }; }],
  [(m) => { let f: F; return function (this: unknown) { return (f ??= m()).call(this); }; }, (m) => { let f: F; return function (this: unknown, a) { return (f ??= m()).call(this, a); }; }, (m) => { let f: F; return function (this: unknown, a, b) { return (f ??= m()).call(this, a, b); }; }],
  [(m) => { let f: F; return function (this: unknown) { return (f ??= m()).call(this); }; }, (m) => { let f: F; return function (this: unknown, a) { return (f ??= m()).call(this, a); }; }, (m) => { let f: F; return function (this: unknown, a, b) { return (f ??= m()).call(this, a, b); }; }],
  [(m) => { let f: F; return function (this: unknown) { return (f ??= m()).call(this); }; }, (m) => { let f: F; return function (this: unknown, a) { return (f ??= m()).call(this, a); }; }, (m) => { let f: F; return function (this: unknown, a, b) { return (f ??= m()).call(this, a, b); }; }],
  [(m) => { let f: F; return function (this: unknown) { return (f ??= m()).call(this); }; }, (m) => { let f: F; return function (this: unknown, a) { return (f ??= m()).call(this, a); }; }, (m) => { let f: F; return function (this: unknown, a, b) { return (f ??= m()).call(this, a, b); }; }],
  [(m) => { let f: F; return function (this: unknown) { return (f ??= m()).call(this); }; }, (m) => { let f: F; return function (this: unknown, a) { return (f ??= m()).call(this, a); }; }, (m) => { let f: F; return function (this: unknown, a, b) { return (f ??= m()).call(this, a, b); }; }],
  [(m) => { let f: F; return function (this: unknown) { return (f ??= m()).call(this); }; }, (m) => { let f: F; return function (this: unknown, a) { return (f ??= m()).call(this, a); }; }, (m) => { let f: F; return function (this: unknown, a, b) { return (f ??= m()).call(this, a, b); }; }],
  [(m) => { let f: F; return function (this: unknown) { return (f ??= m()).call(this); }; }, (m) => { let f: F; return function (this: unknown, a) { return (f ??= m()).call(this, a); }; }, (m) => { let f: F; return function (this: unknown, a, b) { return (f ??= m()).call(this, a, b); }; }],
  [(m) => { let f: F; return function (this: unknown) { return (f ??= m()).call(this); }; }, (m) => { let f: F; return function (this: unknown, a) { return (f ??= m()).call(this, a); }; }, (m) => { let f: F; return function (this: unknown, a, b) { return (f ??= m()).call(this, a, b); }; }],
  [(m) => { let f: F; return function (this: unknown) { return (f ??= m()).call(this); }; }, (m) => { let f: F; return function (this: unknown, a) { return (f ??= m()).call(this, a); }; }, (m) => { let f: F; return function (this: unknown, a, b) { return (f ??= m()).call(this, a, b); }; }],
];
