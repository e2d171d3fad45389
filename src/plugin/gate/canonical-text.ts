import { builtInKind } from "../../realms.ts";

/** Deeper values have no canonical text. Cycles reach this depth, too. */
const MAX_DEPTH = 64;
const MAX_LENGTH = 1 << 16;

/**
 * Two values have the same text exactly where a guest can't tell them apart: the order of fields
 * does not count, and a field with `undefined` counts like a missing one; -0 is not 0. Undefined
 * for values that are not plain throughout (resources, functions, cycles), and for texts of more
 * than 64 Ki characters.
 */
export function canonicalText(value: unknown): string | undefined {
  const parts: string[] = [];
  return write(parts, { left: MAX_LENGTH }, value, 0) ? parts.join("") : undefined;
}

function write(parts: string[], room: { left: number }, value: unknown, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  const put = (text: string): boolean => {
    parts.push(text);
    room.left -= text.length;
    return room.left >= 0;
  };
  switch (typeof value) {
    case "string":
      return value.length <= room.left && put(JSON.stringify(value));
    case "number":
      return put(Object.is(value, -0) ? "-0" : String(value));
    case "bigint":
      return put(`${value}n`);
    case "boolean":
    case "undefined":
      return put(String(value));
    case "object":
      break;
    default:
      return false;
  }
  if (value === null) return put("null");
  if (ArrayBuffer.isView(value)) return writeView(put, room, value);
  const inner = (each: unknown): boolean => write(parts, room, each, depth + 1) && put(",");
  if (Array.isArray(value)) {
    return value.length <= room.left && put("[") && value.every(inner) && put("]");
  }
  const fields = plainFields(value);
  if (fields === undefined) return false;
  fields.sort(([one], [other]) => (one < other ? -1 : 1));
  return (
    put("{") &&
    fields.every(
      ([name, each]) => each === undefined || (put(`${JSON.stringify(name)}:`) && inner(each)),
    ) &&
    put("}")
  );
}

function writeView(
  put: (text: string) => boolean,
  room: { left: number },
  view: ArrayBufferView,
): boolean {
  if (view instanceof DataView || view.byteLength > room.left) return false;
  const items = view as unknown as ArrayLike<number | bigint>;
  return put(`${view.constructor.name}(${Array.prototype.join.call(items, ",")})`);
}

/** The fields of a plain object; undefined for every other object. */
export function plainFields(value: object): [name: string, value: unknown][] | undefined {
  const kind = builtInKind(value);
  if (kind !== "object" && kind !== "bare object") return undefined;
  const fields: [string, unknown][] = [];
  for (const name of Reflect.ownKeys(value)) {
    const property = Object.getOwnPropertyDescriptor(value, name);
    if (typeof name !== "string" || property === undefined || !("value" in property)) {
      return undefined;
    }
    fields.push([name, property.value as unknown]);
  }
  return fields;
}
