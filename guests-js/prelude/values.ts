// What the codec of the runtime asks of JavaScript: to take values apart, and to make some.
import {
  arrayPush,
  bufferLength,
  define,
  getTime,
  hasOwn,
  mapForEach,
  mapSet,
  objectKeys,
  regexpFlags,
  regexpSource,
  setAdd,
  setForEach,
  typedBuffer,
  typedBytes,
  typedName,
  typedOffset,
  viewBuffer,
  viewLength,
  viewOffset,
} from "./primordials.ts";

const primordials = { RegExp, Map, Set, BigInt, Uint8Array, DataView, Error };

const boxes = [
  Number.prototype.valueOf,
  String.prototype.valueOf,
  Boolean.prototype.valueOf,
  BigInt.prototype.valueOf,
];
const apply = Reflect.apply;

const errors: Record<string, ErrorConstructor> = Object.assign(Object.create(null), {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
});

export function dateValue(date: unknown): number {
  return getTime(date);
}

export function regexpParts(value: unknown): [string, string] {
  return [regexpSource(value), regexpFlags(value)];
}

export function regexp(source: string, flags: string): RegExp {
  return new primordials.RegExp(source, flags);
}

/** The primitive within an object such as `new String("a")`. */
export function unbox(value: unknown): unknown {
  for (let at = 0; at < boxes.length; at += 1) {
    try {
      return apply(boxes[at]!, value, []);
    } catch {
      // It is another one's.
    }
  }
  return undefined;
}

/** A map's keys and values, each key before its value. */
export function mapEntries(map: unknown): unknown[] {
  const flat: unknown[] = [];
  mapForEach(map, (value, key) => {
    arrayPush(flat, key);
    arrayPush(flat, value);
  });
  return flat;
}

export function setValues(set: unknown): unknown[] {
  const flat: unknown[] = [];
  setForEach(set, (value) => arrayPush(flat, value));
  return flat;
}

export function map(flat: readonly unknown[]): Map<unknown, unknown> {
  const made = new primordials.Map();
  for (let at = 0; at < flat.length; at += 2) mapSet(made, flat[at], flat[at + 1]);
  return made;
}

export function set(values: readonly unknown[]): Set<unknown> {
  const made = new primordials.Set();
  for (let at = 0; at < values.length; at += 1) setAdd(made, values[at]);
  return made;
}

export function bigint(digits: string): bigint {
  return primordials.BigInt(digits);
}

/** An error as the host sent it. Without a stack of the host's it has that of where it is made. */
export function error(
  name: string,
  message: string,
  stack: string,
  properties: Record<string, unknown>,
): Error {
  const type = errors[name];
  const made = new (type ?? primordials.Error)(message);
  if (type === undefined && name !== "Error") define(made, "name", name);
  define(made, "stack", stack);
  const keys = objectKeys(properties);
  for (let at = 0; at < keys.length; at += 1) {
    const key = keys[at]!;
    if (key === "cause" || key === "errors") define(made, key, properties[key]);
    else if (!hasOwn(made, key)) define(made, key, properties[key], true);
  }
  return made;
}

/** A Uint8Array over the bytes of a buffer or a view. */
export function viewBytes(view: unknown): Uint8Array {
  if (typedName(view) !== undefined) {
    return new primordials.Uint8Array(typedBuffer(view), typedOffset(view), typedBytes(view));
  }
  let length: number;
  try {
    length = bufferLength(view);
  } catch {
    return new primordials.Uint8Array(viewBuffer(view), viewOffset(view), viewLength(view));
  }
  return new primordials.Uint8Array(view as ArrayBuffer, 0, length);
}

export function dataView(buffer: ArrayBuffer): DataView {
  return new primordials.DataView(buffer);
}
