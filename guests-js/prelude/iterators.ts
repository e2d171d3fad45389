// Iterators of the web's interfaces.
import { createObject, defineProperty, getPrototype } from "./primordials.ts";

const common = getPrototype(getPrototype([][Symbol.iterator]()) as object) as object;

/** Makes iterators for an interface of this name: without `return` and `throw`, as the web has them. */
export function iterators(
  name: string,
): <T>(generator: Generator<T, undefined>) => IterableIterator<T> {
  const steps = new WeakMap<object, Generator<unknown, undefined>>();
  const prototype = createObject(common, {
    [Symbol.toStringTag]: { value: `${name} Iterator`, configurable: true },
  }) as object;
  const methods = {
    next(this: object): unknown {
      const generator = steps.get(this);
      if (generator === undefined) throw new TypeError("This is no such iterator.");
      return generator.next();
    },
  };
  defineProperty(prototype, "next", {
    value: methods.next,
    writable: true,
    configurable: true,
    enumerable: true,
  });
  return <T>(generator: Generator<T, undefined>) => {
    const made = createObject(prototype) as object;
    steps.set(made, generator);
    return made as IterableIterator<T>;
  };
}
