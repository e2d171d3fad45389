/** A value that is there, or will be. */
export type Ready<Value> = Value | Promise<Value>;

/**
 * Goes on with a value at once where it is there: a power that answers at once keeps its guest
 * from being suspended.
 */
export function whenReady<Value, Result>(
  value: Ready<Value>,
  proceed: (value: Value) => Ready<Result>,
): Ready<Result> {
  return value instanceof Promise ? value.then(proceed) : proceed(value);
}

/** Runs an operation whose failure, thrown or rejected, `fail` turns into what the guest is told. */
export function attempt<Value>(
  operation: () => Ready<Value>,
  fail: (error: unknown) => unknown,
): Ready<Value> {
  const turned = (error: unknown): never => {
    throw fail(error);
  };
  try {
    const value = operation();
    return value instanceof Promise ? value.catch(turned) : value;
  } catch (error) {
    return turned(error);
  }
}
