/** A host resource class, as an implementation defines it. */
export type HostClass = (new (...args: unknown[]) => object) & { readonly prototype: object };

/** The member of a stand-in that `new` calls. */
export const construct: unique symbol = Symbol("construct");

/**
 * Makes a class in front of another. It accepts the other's resources as its own (`instanceof`) and
 * has none of its members until they are added: static functions and `construct` to the class,
 * methods to its prototype.
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
