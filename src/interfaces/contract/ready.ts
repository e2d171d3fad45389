import { isThenable } from "../../realms.ts";

/** A value, or a promise of one. */
export type Ready<Value> = Value | Promise<Value>;

/**
 * Calls `next` at once where the value is there, so that an implementation that answers at once
 * does not suspend its guest.
 */
export function whenReady<Value, Result>(
  value: Ready<Value>,
  proceed: (value: Value) => Ready<Result>,
): Ready<Result> {
  return isThenable(value) ? Promise.resolve(value).then(proceed) : proceed(value as Value);
}

/** Runs an operation. `fail` turns its failure, thrown or rejected, into what the guest is told. */
export function attempt<Value>(
  operation: () => Ready<Value>,
  fail: (error: unknown) => unknown,
): Ready<Value> {
  const turned = (error: unknown): never => {
    throw fail(error);
  };
  try {
    const value = operation();
    return isThenable(value) ? Promise.resolve(value).catch(turned) : value;
  } catch (error) {
    return turned(error);
  }
}
