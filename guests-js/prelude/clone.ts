// structuredClone: the algorithm of the HTML standard, for what there is here.
import {
  defineGlobal,
  define,
  getTime,
  mapForEach,
  mapGet,
  mapSet,
  objectKeys,
  regexpFlags,
  regexpSource,
  setAdd,
  setForEach,
  typedBuffer,
  typedLength,
  typedName,
  typedOffset,
  uncurry,
  viewBuffer,
  viewLength,
  viewOffset,
} from "./primordials.ts";
import { unbox } from "./values.ts";

const views: Record<string, new (buffer: ArrayBuffer, offset: number, length: number) => object> =
  Object.assign(Object.create(null), {
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    BigInt64Array,
    BigUint64Array,
    Float32Array,
    Float64Array,
    Float16Array: (globalThis as Record<string, unknown>)["Float16Array"],
  });

const errors: Record<string, ErrorConstructor> = Object.assign(Object.create(null), {
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
});

const made = { Array, Date, RegExp, Map, Set, DataView, ArrayBuffer, Object };
const sliceBuffer = uncurry(ArrayBuffer.prototype.slice) as (
  buffer: ArrayBuffer,
  start: number,
) => ArrayBuffer;
const transferBuffer = uncurry(
  (ArrayBuffer.prototype as unknown as { transfer: () => ArrayBuffer }).transfer as () => never,
) as unknown as (buffer: ArrayBuffer) => ArrayBuffer;
const isResizable = (buffer: ArrayBuffer): boolean =>
  (buffer as unknown as { resizable?: boolean }).resizable === true;

type Seen = Map<unknown, unknown>;

function refuse(what: string): never {
  throw new DOMException(`${what} could not be cloned.`, "DataCloneError");
}

function clone(value: unknown, seen: Seen): unknown {
  if (typeof value === "symbol") refuse("A symbol");
  if (typeof value === "function") refuse("A function");
  if (typeof value !== "object" || value === null) return value;
  const known = mapGet(seen, value);
  if (known !== undefined) return known;
  return cloneObject(value, native.classOf(value), seen);
}

function cloneObject(value: object, type: string, seen: Seen): unknown {
  const keep = <T>(copy: T): T => {
    mapSet(seen, value, copy);
    return copy;
  };
  switch (type) {
    case "Number":
    case "String":
    case "Boolean":
    case "BigInt":
      return keep(made.Object(unbox(value)));
    case "Date":
      return keep(new made.Date(getTime(value)));
    case "RegExp":
      return keep(new made.RegExp(regexpSource(value), regexpFlags(value)));
    case "ArrayBuffer":
      return keep(sliceBuffer(value as ArrayBuffer, 0));
    case "DataView": {
      const buffer = clone(viewBuffer(value), seen) as ArrayBuffer;
      return keep(new made.DataView(buffer, viewOffset(value), viewLength(value)));
    }
    case "Map": {
      const copy = keep(new made.Map());
      const flat: unknown[] = [];
      mapForEach(value, (inner, key) => flat.push(key, inner));
      for (let at = 0; at < flat.length; at += 2) {
        mapSet(copy, clone(flat[at], seen), clone(flat[at + 1], seen));
      }
      return copy;
    }
    case "Set": {
      const copy = keep(new made.Set());
      const flat: unknown[] = [];
      setForEach(value, (inner) => flat.push(inner));
      for (let at = 0; at < flat.length; at += 1) setAdd(copy, clone(flat[at], seen));
      return copy;
    }
    case "Error":
    case "DOMException":
      return cloneError(value as Error, type, seen, keep);
    case "Array": {
      const copy = keep(new made.Array((value as unknown[]).length));
      return properties(value, copy, seen);
    }
    case "Object":
    case "Arguments":
      return properties(value, keep({}), seen);
    default:
      return view(value, type, seen, keep);
  }
}

function view(value: object, type: string, seen: Seen, keep: <T>(copy: T) => T): unknown {
  const View = views[typedName(value) ?? ""];
  if (View === undefined) return refuse(`An object of the class ${type}`);
  const buffer = typedBuffer(value);
  const offset = typedOffset(value);
  const length = typedLength(value);
  return keep(new View(clone(buffer, seen) as ArrayBuffer, offset, length));
}

function properties(value: object, copy: object, seen: Seen): object {
  const keys = objectKeys(value);
  for (let at = 0; at < keys.length; at += 1) {
    const key = keys[at]!;
    if (!Object.hasOwn(value, key)) continue;
    define(copy, key, clone((value as Record<string, unknown>)[key], seen), true);
  }
  return copy;
}

function cloneError(value: Error, type: string, seen: Seen, keep: <T>(copy: T) => T): unknown {
  if (type === "DOMException") {
    const copy = keep(new DOMException(value.message, value.name));
    define(copy, "stack", value.stack);
    return copy;
  }
  const name = `${value.name}`;
  const own = Object.getOwnPropertyDescriptor(value, "message");
  const make = errors[name] ?? errors["Error"]!;
  const copy = keep(own !== undefined && "value" in own ? new make(`${own.value}`) : new make());
  define(copy, "stack", typeof value.stack === "string" ? value.stack : "");
  const cause = Object.getOwnPropertyDescriptor(value, "cause");
  if (cause !== undefined) define(copy, "cause", clone(value.cause, seen));
  return copy;
}

function structuredClone(value: unknown, options?: { transfer?: Iterable<unknown> }): unknown {
  if (arguments.length === 0) throw new TypeError("There is nothing to clone.");
  const seen: Seen = new made.Map();
  const transfer = options?.transfer === undefined ? [] : [...options.transfer];
  for (const [at, one] of transfer.entries()) {
    if (typeof one !== "object" || one === null || native.classOf(one) !== "ArrayBuffer") {
      refuse("What is no ArrayBuffer, and is to be transferred,");
    }
    if (transfer.indexOf(one) !== at || (one as { detached?: boolean }).detached === true) {
      refuse("A buffer that was transferred already");
    }
    // A stand-in meanwhile: nothing is taken away if the rest can't be cloned.
    mapSet(seen, one, isResizable(one as ArrayBuffer) ? one : sliceBuffer(one as ArrayBuffer, 0));
  }
  const copy = clone(value, seen);
  for (const one of transfer) transferBuffer(one as ArrayBuffer);
  return copy;
}

export function defineClone(): void {
  defineGlobal("structuredClone", structuredClone);
}
