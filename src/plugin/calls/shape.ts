import { utf8Length } from "../../utf8.ts";
import { visibleText } from "../../visible-text.ts";

const MOST_FIELDS = 16;
const MOST_DEPTH = 3;
const LONGEST_NAME = 64;
const LONGEST = 1_024;

/**
 * The type and the size of a value in words, for an error that may be passed on to the author of a
 * plugin: nothing of what is in it. `record { id: string of 9 bytes, text: none }`.
 */
export function shapeOf(value: unknown): string {
  try {
    return visibleText(shape(value, 0), { limit: LONGEST });
  } catch {
    // A Proxy, or a getter of the application's, threw.
    return "value";
  }
}

function shape(value: unknown, depth: number): string {
  switch (typeof value) {
    case "string":
      return `string of ${counted(utf8Length(value), "byte")}`;
    case "undefined":
      return "none";
    case "object":
      return value === null ? "null" : shapeOfObject(value, depth);
    default:
      return typeof value;
  }
}

function shapeOfObject(value: object, depth: number): string {
  if (ArrayBuffer.isView(value)) return `list of ${counted(value.byteLength, "byte")}`;
  if (Array.isArray(value)) {
    const items = `list of ${counted(value.length, "item")}`;
    return value.length === 0 || depth >= MOST_DEPTH
      ? items
      : `${items}, the first: ${shape(value[0], depth + 1)}`;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return "resource";
  if (depth >= MOST_DEPTH) return "record";
  const fields = Object.entries(value);
  const shown = fields
    .slice(0, MOST_FIELDS)
    .map(([key, field]) => `${key.slice(0, LONGEST_NAME)}: ${shape(field, depth + 1)}`);
  if (fields.length > shown.length) shown.push(`${fields.length - shown.length} more`);
  return `record { ${shown.join(", ")} }`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
