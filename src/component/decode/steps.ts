/** Work in steps of a few milliseconds at most: after each the thread may do something else. */
export type Steps<Value> = Generator<undefined, Value, undefined>;

/** All of it, at once. */
export function allSteps<Value>(steps: Steps<Value>): Value {
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
  }
}
