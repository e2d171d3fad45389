// What the prelude uses of the language, taken before any program runs: a program that replaces
// `Array.prototype.push` or the like changes its own world alone.

type Method = (this: never, ...args: never[]) => unknown;

/** The function with its `this` as first argument. */
type Uncurried<F extends Method> = F extends (this: infer This, ...args: infer Args) => infer Result
  ? (self: unknown extends This ? unknown : This, ...args: Args) => Result
  : never;

const bind = Function.prototype.bind;
const call = Function.prototype.call;

/** Turns a method into a function that takes its `this` first. */
export const uncurry = bind.bind(call) as unknown as <F extends Method>(method: F) => Uncurried<F>;

/** The getter of a built-in property, as a function. */
export function getter<T>(prototype: object, name: PropertyKey): (self: unknown) => T {
  const get = Object.getOwnPropertyDescriptor(prototype, name)!.get!;
  return uncurry(get as Method) as unknown as (self: unknown) => T;
}

export const apply = Reflect.apply;
export const construct = Reflect.construct;
export const ownKeys = Reflect.ownKeys;
export const defineProperty = Object.defineProperty;
export const getDescriptor = Object.getOwnPropertyDescriptor;
export const getPrototype = Object.getPrototypeOf;
export const setPrototype = Object.setPrototypeOf;
export const objectKeys = Object.keys;
export const createObject = Object.create;
export const freeze = Object.freeze;
export const isArray = Array.isArray;

export const arrayPush = uncurry(Array.prototype.push) as (
  list: unknown[],
  item: unknown,
) => number;
export const arrayJoin = uncurry(Array.prototype.join) as (list: unknown[], by: string) => string;
export const stringSlice = uncurry(String.prototype.slice);
export const stringReplace = uncurry(String.prototype.replace) as (
  text: string,
  what: RegExp | string,
  by: string | ((match: string) => string),
) => string;
export const stringIndexOf = uncurry(String.prototype.indexOf);
export const stringRepeat = uncurry(String.prototype.repeat);
export const charCodeAt = uncurry(String.prototype.charCodeAt);
export const toLowerCase = uncurry(String.prototype.toLowerCase);
export const regexpTest = uncurry(RegExp.prototype.test);
export const hasOwn = Object.hasOwn;
export const isEnumerable = uncurry(Object.prototype.propertyIsEnumerable);

export const mapForEach = uncurry(Map.prototype.forEach) as (
  map: unknown,
  each: (value: unknown, key: unknown) => void,
) => void;
export const mapGet = uncurry(Map.prototype.get) as (map: unknown, key: unknown) => unknown;
export const mapSet = uncurry(Map.prototype.set) as (
  map: unknown,
  key: unknown,
  value: unknown,
) => unknown;
export const mapHas = uncurry(Map.prototype.has) as (map: unknown, key: unknown) => boolean;
export const mapDelete = uncurry(Map.prototype.delete) as (map: unknown, key: unknown) => boolean;
export const mapSize = getter<number>(Map.prototype, "size");
export const setForEach = uncurry(Set.prototype.forEach) as (
  set: unknown,
  each: (value: unknown) => void,
) => void;
export const setAdd = uncurry(Set.prototype.add) as (set: unknown, value: unknown) => unknown;
export const setDelete = uncurry(Set.prototype.delete) as (set: unknown, value: unknown) => boolean;
export const setHas = uncurry(Set.prototype.has) as (set: unknown, value: unknown) => boolean;
export const setSize = getter<number>(Set.prototype, "size");

export const getTime = uncurry(Date.prototype.getTime) as (date: unknown) => number;
export const toISOString = uncurry(Date.prototype.toISOString) as (date: unknown) => string;
export const regexpSource = getter<string>(RegExp.prototype, "source");
export const regexpFlags = getter<string>(RegExp.prototype, "flags");

const TypedArray = Object.getPrototypeOf(Uint8Array) as { readonly prototype: object };
export const typedName = getter<string | undefined>(TypedArray.prototype, Symbol.toStringTag);
export const typedBuffer = getter<ArrayBuffer>(TypedArray.prototype, "buffer");
export const typedOffset = getter<number>(TypedArray.prototype, "byteOffset");
export const typedBytes = getter<number>(TypedArray.prototype, "byteLength");
export const typedLength = getter<number>(TypedArray.prototype, "length");
export const viewBuffer = getter<ArrayBuffer>(DataView.prototype, "buffer");
export const viewOffset = getter<number>(DataView.prototype, "byteOffset");
export const viewLength = getter<number>(DataView.prototype, "byteLength");
export const bufferLength = getter<number>(ArrayBuffer.prototype, "byteLength");

export const promiseThen = uncurry(Promise.prototype.then) as (
  promise: unknown,
  fulfilled?: (value: unknown) => unknown,
  rejected?: (error: unknown) => unknown,
) => Promise<unknown>;

const StringFunction = String;
const NumberFunction = Number;
export { StringFunction as toText, NumberFunction as toNumber };

/** Defines an own property that can be replaced. The descriptor inherits nothing of a program's. */
export function define(object: object, key: PropertyKey, value: unknown, enumerable = false): void {
  const descriptor = { __proto__: null, value, writable: true, configurable: true, enumerable };
  defineProperty(object, key, descriptor as PropertyDescriptor);
}

/** Defines a global as the web has it: it can be replaced, and is not listed. */
export function defineGlobal(name: string, value: unknown): void {
  define(globalThis, name, value);
}
