// What a value is, whichever realm made it. Each frame, each context of node:vm and many test
// runners have classes of their own, of which `instanceof` knows nothing. None of these throws,
// whatever a getter or proxy does.

/** An error of any realm, a DOMException included. */
export function isError(value: unknown): value is Error {
  try {
    if (value instanceof Error) return true;
    const tag = tagOf(value);
    return tag === "[object Error]" || tag === "[object DOMException]";
  } catch {
    return false;
  }
}

export function isMap(value: unknown): value is Map<unknown, unknown> {
  return !isListed(value) && has(mapSize, value);
}

export function isArrayBuffer(value: unknown): value is ArrayBuffer {
  return !isListed(value) && has(bufferLength, value);
}

/**
 * Whether it is an array or a view: what guests are mostly given. Asking it for a slot that it
 * lacks costs microseconds, for the exception.
 */
function isListed(value: unknown): boolean {
  try {
    return ArrayBuffer.isView(value) || Array.isArray(value);
  } catch {
    return false;
  }
}

/** The name of a typed array's class, such as `Uint8Array`; undefined for every other value. */
export function typedArrayName(value: unknown): string | undefined {
  return typedArrayTag.call(value) as string | undefined;
}

export function isUint8Array(value: unknown): value is Uint8Array {
  return typedArrayName(value) === "Uint8Array";
}

/** A promise of any kind. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (typeof value !== "object" || value === null) return false;
  try {
    return typeof (value as { then?: unknown }).then === "function";
  } catch {
    return false;
  }
}

/** Of objects that no class of an application's made. `bare object`: one without a prototype. */
export type BuiltInKind = "array" | "object" | "bare object" | "bytes" | "date" | "map" | "set";

/**
 * The kind of an object whose prototype is that of its built-in class itself, in any realm;
 * undefined for instances of other classes, and for those of classes that extend a built-in one.
 */
export function builtInKind(value: object): BuiltInKind | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return "object";
  if (prototype === Array.prototype) return "array";
  if (typeof prototype !== "object" || prototype === null) return "bare object";
  const above: unknown = Object.getPrototypeOf(prototype);
  if (above === null) return Object.hasOwn(prototype, "isPrototypeOf") ? "object" : undefined;
  // What a class of an application's extends is further up.
  if (isUint8Array(value)) return isRoot(Object.getPrototypeOf(above)) ? "bytes" : undefined;
  if (!isRoot(above)) return undefined;
  if (Array.isArray(value)) return "array";
  if (isMap(value)) return "map";
  if (has(setSize, value)) return "set";
  return has(Date.prototype.getTime, value) ? "date" : undefined;
}

/** Whether it is the `Object.prototype` of a realm. */
function isRoot(prototype: unknown): boolean {
  return (
    prototype === Object.prototype ||
    (prototype !== null && Object.getPrototypeOf(prototype) === null)
  );
}

const mapSize = getterOf(Map.prototype, "size");
const setSize = getterOf(Set.prototype, "size");
const bufferLength = getterOf(ArrayBuffer.prototype, "byteLength");
const typedArrayTag = getterOf(
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  Symbol.toStringTag,
);

function getterOf(prototype: object, key: PropertyKey): (this: unknown) => unknown {
  return Reflect.getOwnPropertyDescriptor(prototype, key)!.get!;
}

/** Whether the value has the slots that a method of built-in objects asks for. */
function has(method: (this: never) => unknown, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  try {
    Reflect.apply(method, value, []);
    return true;
  } catch {
    return false;
  }
}

function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value);
}
