// What an object is, whichever realm made it, by slots that no property can feign.
import { isArrayBuffer, isError, isMap } from "../../realms.ts";

const setSize = getterOf(Set.prototype, "size");
const expressionSource = getterOf(RegExp.prototype, "source");

/** A kind of object that crosses as more than its properties. */
export type Brand = "error" | "date" | "map" | "set" | "buffer" | "regexp" | "promise" | "boxed";

/** Undefined: an object like any other, which crosses as its own enumerable properties. */
export function brandOf(value: object): Brand | undefined {
  // The tag is a hint: it can be feigned, so what it says is looked at again.
  switch (Object.prototype.toString.call(value)) {
    case "[object Date]":
      return has(Date.prototype.getTime, value) ? "date" : undefined;
    case "[object Map]":
      return isMap(value) ? "map" : undefined;
    case "[object Set]":
      return has(setSize, value) ? "set" : undefined;
    case "[object ArrayBuffer]":
    case "[object SharedArrayBuffer]":
      return isArrayBuffer(value) ? "buffer" : undefined;
    case "[object RegExp]":
      return has(expressionSource, value) ? "regexp" : undefined;
    case "[object Promise]":
      return "promise";
    case "[object Number]":
    case "[object String]":
    case "[object Boolean]":
    case "[object BigInt]":
    case "[object Symbol]":
      return "boxed";
    default:
      return isError(value) ? "error" : undefined;
  }
}

function getterOf(prototype: object, key: PropertyKey): () => unknown {
  return Reflect.getOwnPropertyDescriptor(prototype, key)!.get!;
}

function has(method: (this: never) => unknown, value: object): boolean {
  try {
    Reflect.apply(method, value, []);
    return true;
  } catch {
    return false;
  }
}
