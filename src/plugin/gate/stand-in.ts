/** A host resource class, as an implementation defines it. */
export type HostClass = (new (...args: unknown[]) => object) & { readonly prototype: object };

/** The member of a stand-in that does what `new` is to do. */
export const construct: unique symbol = Symbol("construct");

/**
 * A class that stands before another: it takes that one's resources for its own (`instanceof`) and
 * has none of its members until they are put there. Members go on it (static functions, and
 * `construct`) and on its prototype (methods).
 */
export function standIn(original: HostClass): HostClass {
  const stand = function (this: unknown, ...args: unknown[]): object {
    const make = (stand as { [construct]?: (...args: unknown[]) => object })[construct];
    if (make === undefined) throw new TypeError(`${original.name} is not constructed here`);
    return make(...args);
  };
  Object.defineProperty(stand, Symbol.hasInstance, {
    value: (value: unknown) => value instanceof original,
  });
  return stand as unknown as HostClass;
}
