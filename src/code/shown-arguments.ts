import { visibleText } from "../visible-text.ts";

/** The most UTF-16 units, of all and of one text. */
const MOST = 400;
const MOST_TEXT = 100;
const MOST_PARTS = 10;

/** A program's arguments for a person, much shortened: it takes no longer for large ones. */
export function shownArguments(args: readonly unknown[]): string {
  const text = args.slice(0, MOST_PARTS).map((arg) => shown(arg, 0));
  if (args.length > MOST_PARTS) text.push("…");
  return visibleText(text.join(", "), { limit: MOST });
}

/** The values were decoded: no getter and no proxy is among them. */
function shown(value: unknown, level: number): string {
  if (typeof value === "string") {
    return JSON.stringify(value.length > MOST_TEXT ? `${value.slice(0, MOST_TEXT)}…` : value);
  }
  if (typeof value === "bigint") return `${value}n`.slice(0, MOST_TEXT);
  if (typeof value !== "object" || value === null) return String(value);
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Date" : value.toISOString();
  if (value instanceof Map || value instanceof Set) {
    return `${value.constructor.name} of ${value.size}`;
  }
  if (value instanceof Error) return shown(value.message, level);
  const isList = Array.isArray(value);
  if (level >= 3) return isList ? "[…]" : "{…}";
  const names = isList ? [...value.keys()].slice(0, MOST_PARTS + 1) : Object.keys(value);
  const parts = names.slice(0, MOST_PARTS).map((name) => {
    const part = shown((value as Readonly<Record<PropertyKey, unknown>>)[name], level + 1);
    return isList ? part : `${String(name).slice(0, MOST_TEXT)}: ${part}`;
  });
  if (names.length > MOST_PARTS) parts.push("…");
  return isList ? `[${parts.join(", ")}]` : `{ ${parts.join(", ")} }`;
}
