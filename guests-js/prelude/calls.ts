// What bindings import from `tenon:internal`.
import { define } from "./primordials.ts";
import { type AbortSignal, isSignal, whenAborted } from "./abort.ts";

const promiseReject = Promise.reject.bind(Promise) as (error: unknown) => Promise<never>;
const makePromise = Promise;
const then = Promise.prototype.then;
const apply = Reflect.apply;
const symbolDispose = Symbol.dispose;

/**
 * Begins a call of a host function. With a signal that is aborted first, the promise is rejected with
 * the signal's reason, and the host is told that the answer is not wanted.
 */
export function start(
  target: number,
  args: readonly unknown[],
  signal?: AbortSignal,
): Promise<unknown> {
  if (!isSignal(signal)) return native.start(target, args);
  if (signal.aborted) return promiseReject(signal.reason);
  const answer = native.start(target, args);
  const call = native.lastCall();
  return new makePromise((resolve, reject) => {
    const forget = whenAborted(signal, () => {
      native.abandon(call);
      reject(signal.reason);
    });
    const done = <T>(settle: (value: T) => void): ((value: T) => void) => {
      return (value) => {
        forget();
        settle(value);
      };
    };
    apply(then, answer, [done(resolve), done(reject)]);
  });
}

/** Registers the class of a kind of resource, and gives it `Symbol.dispose`. */
export function resourceClass(
  number: number,
  type: abstract new (...args: never[]) => object,
): void {
  native.resourceClass(number, type);
  const dispose = function (this: object): void {
    native.drop(this);
  };
  define(type.prototype as object, symbolDispose, dispose);
}

export const internal = {
  call: native.call,
  start,
  resourceClass,
  drop: native.drop,
  forget: native.forget,
  isResource: native.isResource,
};
